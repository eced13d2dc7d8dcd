export * from "./client.ts";
export * from "./generated/codes.ts";
export * from "./generated/names.ts";
export * from "./generated/operations.ts";
export { type Environment as MpesaEnvironment, environments } from "./generated/platform.ts";
export type { OpenString } from "./open-string.ts";
