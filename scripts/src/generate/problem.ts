/** A problem in the spec. */
export interface Problem {
  /** The file, with the path that a contributor would use, such as `spec/openapi.yml`. */
  readonly file: string;
  /** The place inside the file, such as `paths./x.post`. */
  readonly path: string;
  /** A phrase that continues the path, such as "has no summary". */
  readonly reason: string;
}

/** The error for an invalid spec, with every problem. The generated files stay unchanged. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map((problem) => `${problem.file}: ${problem.path}: ${problem.reason}`).join("\n"), options);
    this.problems = problems;
  }
}
