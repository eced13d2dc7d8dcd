import { describe, expect, test } from "vitest";
import { type Callback, parseCallback } from "../../src/callbacks/index.ts";
import { fixtures } from "./fixtures.ts";

/** Everything but `raw`, which repeats the fixture. */
function shown(callback: Callback): Record<string, unknown> {
  const { raw: _, ...rest } = callback;
  return rest;
}

/** `name=value` for each entry of a list, the name alone for an entry without value. */
function listsInLines(_key: string, value: unknown): unknown {
  if (!(value instanceof Object && "entries" in value && Array.isArray(value.entries))) return value;
  return value.entries.map(([name, one]) => (one === undefined ? name : `${name}=${JSON.stringify(one)}`));
}

describe("every recorded body", () => {
  test.each(fixtures)("$name reads as in its snapshot", async ({ name, kind, json }) => {
    const inferred = parseCallback(JSON.parse(json));
    const read = kind ? parseCallback(JSON.parse(json), { kind }) : inferred;
    const confidence = "confidence" in inferred ? inferred.confidence : "";
    const text = JSON.stringify({ ...shown(read), inferred: `${inferred.kind} ${confidence}` }, listsInLines, 2);
    await expect(`${text}\n`).toMatchFileSnapshot(`./snapshots/${name}.json`);
  });

  test.each(fixtures)("$name keeps its body in raw, without a credential", ({ kind, json }) => {
    const given: unknown = JSON.parse(json);
    const { raw } = parseCallback(given, kind && { kind });
    if (/credential"/i.test(json)) {
      expect(JSON.stringify(raw)).not.toContain("not-a-real-credential");
      expect(Object.keys(raw as object).length).toBeGreaterThan(0);
    } else {
      expect(raw).toBe(given);
    }
  });

  test.each(fixtures)("$name is not changed by reading it", ({ kind, json }) => {
    const given: unknown = JSON.parse(json);
    parseCallback(given, kind && { kind });
    expect(JSON.stringify(given)).toBe(JSON.stringify(JSON.parse(json)));
  });
});
