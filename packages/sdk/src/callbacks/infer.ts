import {
  bodySigns,
  type CallbackSign,
  callbackCommands,
  callbackShapes,
  certainSigns,
  likelySigns,
} from "@mpesa/raw/callback-fields";
import { reversalCodePrefix, taxShortCode } from "@mpesa/raw/platform";
import type { CallbackKind, Confidence, ResultKind } from "./types.ts";
import type { FieldList } from "./values.ts";
import { party, text } from "./values.ts";

/** What a body seems to be, and how surely; `result` is the result of an unknown product. */
interface Inferred {
  readonly kind: CallbackKind | "result" | undefined;
  readonly confidence: Confidence;
}

/** The kind of a body, by its names. */
export function inferKind(body: FieldList): Inferred {
  return firstSign(bodySigns, [body]) as Inferred;
}

/** The product of a result, by its names and by some of their values. */
export function inferProduct(
  envelope: FieldList,
  { parameters, references }: { readonly parameters: FieldList; readonly references: FieldList },
): { readonly kind: ResultKind; readonly confidence: Confidence } {
  const places = [envelope, parameters, references];
  const find = (name: string): unknown => places.map((place) => place.get(name)).find((value) => value !== undefined);
  const { receiver, resultCode } = callbackShapes.tax.fields;
  if (party(find(receiver.from[0]))?.account === taxShortCode) return { kind: "tax", confidence: "likely" };
  const certain = firstSign(certainSigns, places);
  if (certain.kind) return certain as { kind: ResultKind; confidence: Confidence };
  // The queue that the request waited in: often all that a failure names, and clearer than the names of the parties.
  const queue = text(find("QueueTimeoutURL"))?.toLowerCase().split("/").at(-3);
  const named = productOf(queue) ?? productOf(find("ActionType"));
  if (named) return { kind: named, confidence: "likely" };
  if (text(find(resultCode.from[0]))?.toUpperCase().startsWith(reversalCodePrefix))
    return { kind: "reversal", confidence: "likely" };
  const likely = firstSign(likelySigns, places);
  if (likely.kind) return likely as { kind: ResultKind; confidence: Confidence };
  // Captured failures of status queries have this one reference and no parameter.
  const [first, second] = references.entries;
  const isStatus = first && !second && /^occasion$/i.test(first[0]);
  return isStatus ? { kind: "status", confidence: "likely" } : { kind: "b2c", confidence: "guess" };
}

/** The product whose requests carry this command, or whose results name this queue. */
export function productOf(word: unknown): ResultKind | undefined {
  const wanted = text(word) ?? "";
  const found = Object.entries(callbackCommands).find(([, words]) => words.includes(wanted));
  return found?.[0] as ResultKind | undefined;
}

function firstSign(
  signs: readonly CallbackSign[],
  places: readonly FieldList[],
): { readonly kind: string | undefined; readonly confidence: Confidence } {
  const has = (name: string): boolean => places.some((place) => place.get(name) !== undefined);
  return signs.find(({ names }) => names.some(has)) ?? { kind: undefined, confidence: "guess" };
}
