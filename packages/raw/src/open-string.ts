/** A string type: editors suggest the known values, and any other string is valid. Example: `OpenString<"0" | "1032">`. */
export type OpenString<L extends string> = L | (string & {});
