import { generateCallbackFields } from "./callback-fields.ts";
import { generateCodes } from "./codes.ts";
import { generateConstraints } from "./constraints.ts";
import { lintSpec } from "./lint.ts";
import { type LoadOptions, loadSpec, type Spec } from "./load.ts";
import { operationsOf } from "./model.ts";
import { generateNames } from "./names.ts";
import { generateOperations } from "./operations.ts";
import { generateParity } from "./parity.ts";
import { generatePlatform } from "./platform.ts";
import { SpecError } from "./problem.ts";
import { generateSchema } from "./schema.ts";
import { generateValidators } from "./validators.ts";

/**
 * Generates the content of every file from a spec, without writing a file.
 *
 * @returns the contents by path, relative to the folder of the package, such as `src/generated/schema.ts`
 * @throws SpecError with every problem if the spec is invalid
 */
export async function generate(options: LoadOptions): Promise<ReadonlyMap<string, string>> {
  const spec = loadSpec(options);
  lintSpec(spec);
  const { document } = spec;
  const operations = operationsOf(document);
  const heyApi = await reportErrors("hey-api", spec, () => generateValidators(document));
  return new Map([
    ["src/generated/callback-fields.ts", generateCallbackFields(spec.callbacks, document, operations)],
    ["src/generated/codes.ts", generateCodes(spec.codes)],
    ["src/generated/constraints.ts", generateConstraints(document, operations)],
    ["src/generated/names.ts", generateNames(document, operations)],
    ["src/generated/operations.ts", generateOperations(operations)],
    ["src/generated/platform.ts", generatePlatform(document, spec.platformComments)],
    ["src/generated/schema.ts", await reportErrors("openapi-typescript", spec, () => generateSchema(document))],
    ["src/generated/validators.ts", heyApi.validators],
    ["test/generated/heyapi-types.ts", heyApi.types],
    ["test/generated/parity.test-d.ts", generateParity(document, operations)],
  ]);
}

/** Runs a third-party tool, and reports an error of the tool as a problem of the spec. */
async function reportErrors<T>(tool: string, spec: Spec, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const reason = `${tool} cannot read it: ${(error as Error).message}`;
    throw new SpecError([{ file: `${spec.label}/openapi.yml`, path: "(file)", reason }], { cause: error });
  }
}
