interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** The difference of two generated trees, with one line of context and no line numbers. */
export function diffTrees(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .map((name) => ({ name, hunks: hunks(diffLines(before.get(name) ?? "", after.get(name) ?? "")) }))
    .filter(({ hunks }) => hunks !== "")
    .map(({ name, hunks }) => `=== ${name}\n${hunks}`)
    .join("\n");
}

function hunks(lines: readonly Line[]): string {
  const near = (index: number): boolean => [-1, 0, 1].some((step) => (lines[index + step]?.sign ?? " ") !== " ");
  let result = "";
  let open = false;
  for (const [index, { sign, text }] of lines.entries()) {
    if (!near(index)) {
      open = false;
      continue;
    }
    if (!open) result += "@@\n";
    open = true;
    result += `${sign}${text}`.trimEnd();
    result += "\n";
  }
  return result;
}

function diffLines(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  // common[i][j]: length of the longest common subsequence of a from i and b from j.
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: " ", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (j < b.length && (i === a.length || at(i, j + 1) > at(i + 1, j))) {
      lines.push({ sign: "+", text: b[j] ?? "" });
      j += 1;
    } else {
      lines.push({ sign: "-", text: a[i] ?? "" });
      i += 1;
    }
  }
  return lines;
}
