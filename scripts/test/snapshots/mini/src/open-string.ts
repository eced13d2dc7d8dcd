export type { OpenString } from "../../../../../packages/raw/src/open-string.ts";
