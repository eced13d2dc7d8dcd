/** Prints the demo for a person to read. */
export interface Paper {
  /** A line of its own, before the first step or after the last. */
  title(text: string): void;
  /** The start of a numbered step. */
  step(text: string): void;
  /** What left the machine. */
  sent(text: string, value?: unknown): void;
  /** What came. */
  came(text: string, value?: unknown): void;
  /** What should have come. */
  lost(text: string): void;
  /** Anything else to say in a step. */
  note(text: string): void;
  /** Names and values, one pair a line. */
  facts(pairs: Readonly<Record<string, string>>): void;
  /** The screen of a phone. */
  screen(text: string, typed: string): void;
}

/** How to print. */
export interface PaperOptions {
  readonly write: (line: string) => void;
  readonly colours: boolean;
  /** Takes secrets and phone numbers out of everything that is printed. */
  readonly redact: (text: string) => string;
}

const indent = "   ";
const WIDTH = 100;
const SCREEN_WIDTH = 44;

/** Makes a paper. Values are printed as JSON, one field a line. */
export function createPaper({ write, colours, redact }: PaperOptions): Paper {
  const painted = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string): void => write(redact(text));
  const arrow = (sign: string, colour: number) => (text: string, value?: unknown) => {
    line(`${indent}${painted(colour, sign)} ${text}`);
    if (value === undefined) return;
    for (const row of json(value).split("\n")) line(`${indent}  ${painted(2, row)}`);
  };
  let steps = 0;
  return {
    title: (text) => line(painted(1, text)),
    step: (text) => {
      steps += 1;
      line(`\n${painted(1, `${steps}. ${text}`)}`);
    },
    sent: arrow("→", 36),
    came: arrow("←", 32),
    lost: arrow("✗", 31),
    note: (text) => {
      for (const row of wrap(text, WIDTH)) line(`${indent}${row}`);
    },
    facts: (pairs) => {
      const widest = Math.max(...Object.keys(pairs).map((name) => name.length));
      for (const [name, value] of Object.entries(pairs)) {
        const [first = "", ...more] = wrap(value, WIDTH - widest);
        line(`${indent}${painted(2, name.padEnd(widest))}  ${first}`);
        for (const row of more) line(`${indent}${" ".repeat(widest)}  ${row}`);
      }
    },
    screen: (text, typed) => {
      const edge = "─".repeat(SCREEN_WIDTH + 2);
      line(`${indent}╭${edge}╮`);
      for (const row of wrap(text, SCREEN_WIDTH)) line(`${indent}│ ${row.padEnd(SCREEN_WIDTH)} │`);
      line(`${indent}│ ${painted(1, typed.padEnd(SCREEN_WIDTH))} │`);
      line(`${indent}╰${edge}╯`);
    },
  };
}

/** JSON with an object of plain values on one line where it is short. */
function json(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\{\s+([^{}]{1,100}?)\s+\}/g, (whole, inner: string) =>
    inner.includes("[") ? whole : `{ ${inner.replace(/\s*\n\s*/g, " ")} }`,
  );
}

/** Breaks between words. A word that is too long keeps its line. */
function wrap(text: string, width: number): string[] {
  const rows = [""];
  for (const word of text.split(" ")) {
    const last = rows.at(-1) ?? "";
    if (last === "") rows[rows.length - 1] = word;
    else if (last.length + word.length < width) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}

/** Whether a stream takes colours: a terminal, and nobody said no. */
export function takesColours(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env["NO_COLOR"];
}
