import { type OperationId, operationTable } from "@mpesa/raw";
import { magicValues } from "./gateway/magic.ts";

/** The magic values as a Markdown document. */
export function magicTable(): string {
  const values = magicValues();
  const rows = values.map(
    ({ field, value, scope, code, name, meaning, operations }) =>
      `| ${field} | \`${value}\` | ${scope} | \`${code}\` | ${name}: ${meaning} | ${operations.join(", ")} |`,
  );
  const reached = new Set(values.flatMap(({ operations }) => operations));
  const others = (Object.keys(operationTable) as OperationId[]).filter((id) => !reached.has(id));
  return `${[
    "# Magic values",
    "",
    "A request with one of these values ends as the table says, whatever balances, limits and PINs are: for success a",
    "payer with too little money is lent the rest. What a success needs must exist all the same: with an unknown short",
    "code, receipt or account, 0 means the ordinary course. The log and the timeline say when a magic value decided.",
    "",
    "Numbers and amounts are plain values of their fields, so any client can send them. The table is generated from the",
    "spec's codes. Switch magic off with `magic: false` or `--no-magic`: 254700000000 and its like are then people.",
    "",
    `These have no field for it: ${others.join(", ")}.`,
    "Their codes are had by `next` and on the page only, and so are the texts that give one code several meanings.",
    "",
    "| Field | Value | Scope | Code | What it means | Operations |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n")}\n`;
}
