/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** The median of all rounds, with the lowest and the highest. */
  readonly ratio?: string;
  readonly limit?: string;
  readonly isMet?: boolean;
}

export function atLeast(floor: number, value: number): Pick<Row, "limit" | "isMet"> {
  return { limit: `at least ${floor.toFixed(2)}`, isMet: value >= floor };
}

export function atMost(ceiling: number, value: number, unit: string): Pick<Row, "limit" | "isMet"> {
  return { limit: `at most ${ceiling} ${unit}`, isMet: value <= ceiling };
}

/** Prints all rows; the process fails when a limit is not met. */
export function printTable(rows: readonly Row[]): void {
  console.table(
    rows.map(({ what, measured, ratio = "", limit = "", isMet }) => ({
      what,
      measured,
      "ratio (lowest–highest)": ratio,
      limit,
      met: isMet === undefined ? "" : isMet ? "yes" : "NO",
    })),
  );
  if (rows.some(({ isMet }) => isMet === false)) process.exitCode = 1;
}
