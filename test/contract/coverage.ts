/** What is proven of each operation, in the order of the printed table. */
const columns = [
  "request valid",
  "answer valid",
  "unauthorised refused",
  "bad field refused",
  "callback parsed",
] as const;

export type Column = (typeof columns)[number];

/** Which proofs were given. A cell that nobody filled is a gap. */
export class Coverage {
  readonly #cells: Map<string, Map<Column, string>>;

  constructor(operations: readonly string[]) {
    this.#cells = new Map(operations.map((id) => [id, new Map()]));
  }

  /** Notes a proof, in a word or two. */
  prove(operation: string, column: Column, proof: string): void {
    this.#cells.get(operation)?.set(column, proof);
  }

  /** The cells without a proof. */
  gaps(): string[] {
    return [...this.#cells].flatMap(([id, row]) =>
      columns.filter((column) => !row.has(column)).map((column) => `${id}: ${column}`),
    );
  }

  /** The table for a person. */
  toString(): string {
    const rows = [
      ["operation", ...columns],
      ...[...this.#cells].map(([id, row]) => [id, ...columns.map((c) => row.get(c) ?? "GAP")]),
    ];
    const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
    const lines = rows.map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    );
    return [lines[0], widths.map((width) => "─".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
  }
}
