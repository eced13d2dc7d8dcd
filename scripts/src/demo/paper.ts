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
  /** Anything else to say in a step. */
  note(text: string): void;
}

/** How to print. */
export interface PaperOptions {
  readonly write: (line: string) => void;
  readonly colours: boolean;
  /** Takes secrets and phone numbers out of everything that is printed. */
  readonly redact: (text: string) => string;
}

const indent = "   ";

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
    note: (text) => line(`${indent}${text}`),
  };
}

/** JSON with an object of plain values on one line where it is short. */
function json(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\{\s+([^{}]{1,100}?)\s+\}/g, (whole, inner: string) =>
    inner.includes("[") ? whole : `{ ${inner.replace(/\s*\n\s*/g, " ")} }`,
  );
}

/** Whether a stream takes colours: a terminal, and nobody said no. */
export function takesColours(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env["NO_COLOR"];
}
