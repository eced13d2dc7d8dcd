import { readdirSync, readFileSync } from "node:fs";
import type { CallbackKind } from "../../src/callbacks/index.ts";

/** A body as it may arrive, named `<kind>-<what it shows>.json`. */
export interface Fixture {
  readonly name: string;
  /** The kind that its route would name; undefined for bodies that are no callback. */
  readonly kind: CallbackKind | undefined;
  readonly json: string;
}

const folder = new URL("./fixtures/", import.meta.url);

export const fixtures: readonly Fixture[] = readdirSync(folder)
  .sort()
  .map((file) => {
    const name = file.replace(/\.json$/, "");
    const kind = name.slice(0, name.indexOf("-"));
    return {
      name,
      kind: kind === "unrecognised" ? undefined : (kind as CallbackKind),
      json: readFileSync(new URL(file, folder), "utf8"),
    };
  });

/** A fresh copy of one fixture's body, to be changed at will. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of every shape
export function body(name: string): any {
  const fixture = fixtures.find((one) => one.name === name);
  if (!fixture) throw new Error(`No fixture ${name}`);
  return JSON.parse(fixture.json);
}
