/**
 * Returns whether a value is a string that can stand in an `Authorization` header: printable ASCII without whitespace.
 */
export function isTokenText(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}
