/** Texts with known values that editors complete, and any other: the wire gains values. `const code: OpenString<"0" | "1032">`. */
export type OpenString<L extends string> = L | (string & {});
