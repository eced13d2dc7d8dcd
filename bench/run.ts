import { overhead } from "./overhead.ts";

await overhead();
