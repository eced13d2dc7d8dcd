import { commandIndex } from "@mpesa/raw/code-index";
import { reversalCodePrefix, taxShortCode } from "@mpesa/raw/platform";
import type { FieldList } from "./field-list.ts";
import type { CallbackKind, Confidence, ResultKind } from "./types.ts";
import type { Party } from "./value-types.ts";
import { text } from "./values.ts";

/** What a body is, how surely, and the keys that tell. The first that has a value decides; `result` is any product's. */
const KEYS: string =
  "stk certain Body stkCallback;result guess Result;c2bConfirmation likely OrgAccountBalance;c2bValidation guess TransID;" +
  "timeout certain CommandID;ussd likely ResultCode;timeout likely SecurityCredential;" +
  "timeout guess OriginatorConversationID;pull guess Response trxDate";

/** Fields, or their names, that one product alone has. */
const CERTAIN: string =
  "status certain transactionStatus finalisedAt;reversal certain originalTransactionId;balance certain AccountBalance";

/** Fields that suggest a product. B2C and Pochi share theirs, and so do B2B and tax. */
const LIKELY: string =
  "status likely ReceiptNo reasonType DebitPartyName;b2c likely receipt utilityBalance;" +
  "b2b likely billReference initiatorBalance DebitPartyAffectedAccountBalance creditAccountBalance charges;" +
  "reversal likely charge DebitPartyPublicName CreditPartyPublicName";

type Sign = readonly [kind: CallbackKind | "result" | undefined, confidence: Confidence];

/** What a body is by its keys. */
export function inferKind(body: FieldList): Sign {
  return firstOf(KEYS, (key) => body.get(key) !== undefined);
}

/** The product of a result, by what was read of it. */
export function inferProduct(
  draft: Readonly<Record<string, unknown>>,
  details: FieldList,
  references: FieldList,
): readonly [kind: ResultKind, confidence: Confidence] {
  if ((draft["receiver"] as Party | undefined)?.account === taxShortCode) return ["tax", "likely"];
  const has = (name: string): boolean => name in draft || details.get(name) !== undefined;
  const certain = firstOf(CERTAIN, has);
  if (certain[0]) return certain as [ResultKind, Confidence];
  // The queue that the request waited in: often all that a failure names, and clearer than the names of the parties.
  const queue = text(details.get("QueueTimeoutURL"))?.toLowerCase().split("/").at(-3);
  const named = productOf(queue) ?? productOf(details.get("ActionType"));
  if (named) return [named, "likely"];
  if (`${draft["resultCode"]}`.toUpperCase().startsWith(reversalCodePrefix)) return ["reversal", "likely"];
  const likely = firstOf(LIKELY, has);
  if (likely[0]) return likely as [ResultKind, Confidence];
  // Captured failures of status queries have this one reference and no parameter.
  const [first, second] = references.entries;
  return first && !second && /^occasion$/i.test(first[0]) ? ["status", "likely"] : ["b2c", "guess"];
}

function firstOf(signs: string, has: (key: string) => boolean): Sign {
  for (const sign of signs.split(";")) {
    const [kind, confidence, ...keys] = sign.split(" ");
    if (keys.some(has)) return [kind, confidence] as unknown as Sign;
  }
  return [undefined, "guess"];
}

/** The product whose requests carry this command, or whose results name this queue. */
export function productOf(word: unknown): ResultKind | undefined {
  const group = commandIndex.split(";").find((line) => line.split(" ").includes(text(word) ?? "", 1));
  return group?.split(" ")[0] as ResultKind | undefined;
}
