import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as validators from "../../packages/raw/src/generated/validators.ts";
import { generate } from "../src/generate/index.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectEntries,
  objectOf,
  schemaName,
} from "../src/generate/json.ts";
import { loadSpec } from "../src/generate/load.ts";
import { contentOf, operationsOf, schemasOf } from "../src/generate/model.ts";
import { validatorName } from "../src/generate/validators.ts";
import { repository, schemaDir } from "./support/mini.ts";

const options = { specDir: join(repository, "spec"), schemaDir };
const spec = loadSpec(options);
const raw = join(repository, "packages/raw");
const table = validators as unknown as Record<string, v.GenericSchema>;

describe("the real spec", () => {
  it("generates what is in the repository", async () => {
    const files = await generate(options);
    for (const [name, content] of files) {
      const path = join(raw, name);
      const current = existsSync(path) && readFileSync(path, "utf8") === content;
      expect(current, `${name} is stale: run \`npx -y pnpm@12.21.0 generate\` and commit the result`).toBe(true);
    }
  });

  it("has a validator for every schema", () => {
    const wanted = schemasOf(spec.document).map(([name]) => validatorName(name));
    expect(Object.keys(validators).sort()).toEqual(wanted.sort());
  });

  it("describes the refusals and the breakdowns of every operation, each with an example", () => {
    for (const [path, item] of objectEntries(spec.document["paths"])) {
      for (const [method, operation] of objectEntries(item)) {
        const answers = objectOf(operation["responses"]);
        for (const status of ["400", "401", "403", "404", "405", "429", "500", "503", "504"]) {
          const content = contentOf(spec.document, answers[status]);
          expect(answers[status], `${method} ${path} ${status}`).toBeDefined();
          for (const [type, media] of content) {
            expect(objectEntries(media["examples"]).length, `${method} ${path} ${status} ${type}`).toBeGreaterThan(0);
          }
        }
      }
    }
  });

  it("has operations of every retry class", () => {
    const retries = operationsOf(spec.document).map(({ retry }) => retry);
    expect([...new Set(retries)].sort()).toEqual(["deduplicated", "never", "safe"]);
  });
});

describe("the validators of the real spec", () => {
  const examples = [...namedExamples(spec.document)];

  it("meet every kind of example", () => {
    expect(examples.length).toBeGreaterThan(operationsOf(spec.document).length * 2);
  });

  it.each(examples)("%s accepts %s and keeps it whole", (schema, file) => {
    const example = objectOf(spec.examples.get(file))["value"];
    const result = v.safeParse(table[validatorName(schema)] ?? v.never(), example);
    expect(result.issues).toBeUndefined();
    expect(result.output).toEqual(example);
  });

  it.each(examples)("%s refuses %s without a required key", (schema, file) => {
    const example = objectOf(objectOf(spec.examples.get(file))["value"]);
    const definition = objectOf(new Map(schemasOf(spec.document)).get(schema));
    for (const key of (definition["required"] as string[] | undefined) ?? []) {
      const { [key]: _gone, ...rest } = example;
      expect(v.is(table[validatorName(schema)] ?? v.any(), rest), key).toBe(false);
    }
  });
});

describe("conditions between fields", () => {
  const { b2bRequestSchema, c2bSimulateRequestSchema, statusRequestSchema } = validators;
  const example = (file: string): JsonObject =>
    objectOf(objectOf(spec.examples.get(`./examples/${file}.yml`))["value"]);
  const gone = undefined;

  it.each([
    ["a bill without account", b2bRequestSchema, "b2b/pay-bill", { AccountReference: gone }, ["AccountReference"]],
    ["goods without account", b2bRequestSchema, "b2b/buy-goods", { AccountReference: gone }, undefined],
    [
      "neither receipt nor id",
      statusRequestSchema,
      "status/query",
      { TransactionID: gone },
      ["OriginalConversationID"],
    ],
    ["an empty receipt", statusRequestSchema, "status/query", { TransactionID: "" }, ["OriginalConversationID"]],
    ["an id", statusRequestSchema, "status/query", { TransactionID: gone, OriginalConversationID: "AG_1" }, undefined],
    [
      "an account at a till",
      c2bSimulateRequestSchema,
      "c2b/simulate-buy-goods",
      { BillRefNumber: "x" },
      ["BillRefNumber"],
    ],
    ["null at a till", c2bSimulateRequestSchema, "c2b/simulate-buy-goods", { BillRefNumber: null }, undefined],
    ["an account at a pay bill", c2bSimulateRequestSchema, "c2b/simulate-pay-bill", { BillRefNumber: "x" }, undefined],
  ])("hold in the validators as well: %s", (_, schema, file, change, wrong) => {
    const body = Object.fromEntries(
      Object.entries({ ...example(file), ...change }).filter(([, value]) => value !== undefined),
    );
    const result = v.safeParse(schema as v.GenericSchema, body);
    expect(result.issues?.map((issue) => v.getDotPath(issue))).toEqual(wrong);
  });
});

/** Schema and file of every example whose media type has named schemas; of several, the one that the example fits. */
function* namedExamples(node: Json | undefined, seen: Set<string> = new Set()): Generator<[string, string]> {
  if (Array.isArray(node)) for (const item of node) yield* namedExamples(item, seen);
  if (!isObject(node)) return;
  const content = objectOf(node["schema"]);
  const schemas = [content, ...listOf(content["anyOf"])].flatMap((one) => schemaName(one) ?? []);
  for (const [, example] of schemas.length === 0 ? [] : objectEntries((node as JsonObject)["examples"])) {
    const file = example["$ref"];
    if (typeof file !== "string") continue;
    const value = objectOf(spec.examples.get(file))["value"];
    const schema = schemas.find((one) => v.is(table[validatorName(one)] ?? v.never(), value)) ?? schemas[0] ?? "";
    if (seen.has(`${schema} ${file}`)) continue;
    seen.add(`${schema} ${file}`);
    yield [schema, file];
  }
  for (const child of Object.values(node)) yield* namedExamples(child, seen);
}
