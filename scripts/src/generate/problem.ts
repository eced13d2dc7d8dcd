/** One thing that is wrong with the spec. */
export interface Problem {
  /** File, as a contributor would name it: `spec/openapi.yml`. */
  readonly file: string;
  /** Place inside the file: `paths./x.post`. */
  readonly path: string;
  readonly reason: string;
}

/** Thrown when the spec is wrong; lists every problem and leaves the generated files alone. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map((problem) => `${problem.file}: ${problem.path}: ${problem.reason}`).join("\n"), options);
    this.problems = problems;
  }
}
