import { lintCallbackFields } from "./lint-callback-fields.ts";
import { lintCodes } from "./lint-codes.ts";
import { lintErrorTexts } from "./lint-error-texts.ts";
import { lintExamples } from "./lint-examples.ts";
import { lintNumberForms } from "./lint-number-forms.ts";
import { lintOperations } from "./lint-operations.ts";
import { lintReferences } from "./lint-references.ts";
import { lintSchemas } from "./lint-schemas.ts";
import { lintShape } from "./lint-shape.ts";
import type { Spec } from "./load.ts";
import { type Problem, SpecError } from "./problem.ts";

/** Throws a {@link SpecError} that lists every problem of the spec. */
export function lintSpec(spec: Spec): void {
  const misshapen = lintShape(spec);
  // The other rules can only read a spec that matches its schema.
  if (misshapen.length > 0) throw new SpecError(misshapen);
  const { dangling, unused } = lintReferences(spec);
  const problems: Problem[] = [
    ...dangling,
    ...lintCodes(spec),
    ...lintCallbackFields(spec),
    ...lintSchemas(spec),
    ...lintOperations(spec),
    ...unused,
    // A schema with a dangling reference cannot check an example.
    ...(dangling.length === 0 ? [...lintExamples(spec), ...lintErrorTexts(spec), ...lintNumberForms(spec)] : []),
  ];
  if (problems.length > 0) throw new SpecError(problems);
}
