import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { documentLimits } from "../src/generate/documented-limits.ts";

const document = {
  components: {
    schemas: {
      Push: {
        type: "object",
        properties: {
          Amount: { type: "integer", minimum: 10, maximum: 250000 },
          Business: { type: "integer", minimum: 1 },
          Note: { type: "string", maxLength: 13 },
          Url: { type: "string", pattern: "^https" },
        },
      },
    },
  },
};
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "limits-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const documented = (source: string): string | undefined => {
  writeFileSync(join(folder, "params.ts"), source);
  return documentLimits(document, folder).get("params.ts");
};

test.each([
  ["/** Shillings. @limits Push.Amount */", "/** Shillings. @limits Push.Amount: an integer from 10 to 250,000 */"],
  [
    "/** @limits Push.Amount: an integer from 1 to 70,000 */",
    "/** @limits Push.Amount: an integer from 10 to 250,000 */",
  ],
  ["/** @limits Push.Business */", "/** @limits Push.Business: an integer of at least 1 */"],
  [
    "/** @limits Push.Note @default the account */",
    "/** @limits Push.Note: 1 to 13 characters @default the account */",
  ],
  [
    "/**\n * A note.\n * @limits Push.Note\n */\nnote",
    "/**\n * A note.\n * @limits Push.Note: 1 to 13 characters\n */\nnote",
  ],
])("%s names the limits of the spec, and stays as it is then", (source, result) => {
  expect(documented(source)).toBe(result);
  expect(documented(result)).toBe(result);
});

test.each(["Push.amount", "Pull.Amount", "Push.Url"])("@limits %s is a problem", (name) => {
  expect(() => documented(`/** @limits ${name} */`)).toThrow(name);
});

test("a source without limits is not a generated file", () => {
  expect(documented("/** A note. */")).toBeUndefined();
});
