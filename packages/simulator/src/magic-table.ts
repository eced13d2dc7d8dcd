import { magicValues } from "./gateway/magic.ts";

/** The magic values as a Markdown document. */
export function magicTable(): string {
  const rows = magicValues().map(
    ({ field, value, scope, code, name, meaning, operations }) =>
      `| ${field} | \`${value}\` | ${scope} | \`${code}\` | ${name}: ${meaning} | ${operations.join(", ")} |`,
  );
  return `${[
    "# Magic values",
    "",
    "A request with one of these values ends as the table says, whatever balances and PINs are. Numbers and amounts are",
    "plain values of their fields, so any client can send them. Generated from the spec's codes; switch them off with",
    "`magic: false` or `--no-magic`.",
    "",
    "| Field | Value | Scope | Code | What it means | Operations |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n")}\n`;
}
