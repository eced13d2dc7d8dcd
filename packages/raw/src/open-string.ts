/**
 * A text with known values that editors complete, and that still accepts any other text: the wire gains values.
 *
 * Without the empty intersection TypeScript would reduce the union to `string` and forget the literals.
 *
 * @example
 * ```ts
 * const code: OpenString<"0" | "1032"> = "9999"; // compiles; "0" and "1032" are offered
 * ```
 */
export type OpenString<L extends string> = L | (string & {});
