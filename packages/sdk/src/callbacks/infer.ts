import { commandIndex } from "@mpesa/raw/code-index";
import { taxShortCode } from "@mpesa/raw/platform";
import type { FieldList } from "./field-list.ts";
import type { CallbackKind, Confidence, ResultKind } from "./types.ts";
import type { Party } from "./value-types.ts";
import { text } from "./values.ts";

/** What a body is, how surely, and the keys that tell. The first that has a value decides; `result` is any product's. */
const KEYS: string =
  "stk certain Body stkCallback;result guess Result;c2bConfirmation likely OrgAccountBalance;c2bValidation guess TransID;" +
  "timeout certain CommandID;ussd likely ResultCode;timeout likely SecurityCredential;" +
  "timeout guess OriginatorConversationID;pull guess Response trxDate";

/** What tells the products apart, likewise: fields or their names. B2C and Pochi share theirs, and so do B2B and tax. */
const SIGNS: string =
  "status certain transactionStatus finalisedAt;reversal certain originalTransactionId;balance certain AccountBalance;" +
  "status likely ReceiptNo reasonType DebitPartyName;b2c likely receipt utilityBalance;" +
  "b2b likely billReference initiatorBalance DebitPartyAffectedAccountBalance;" +
  "reversal likely charge DebitPartyPublicName CreditPartyPublicName;b2b likely charges";

type Sign = readonly [kind: CallbackKind | "result" | undefined, confidence: Confidence];

/** What a body is by its keys. */
export function inferKind(body: FieldList): Sign {
  return firstOf(KEYS, (key) => body.get(key) !== undefined);
}

/** The product of a result, by the fields that were read of it. */
export function inferProduct(draft: Readonly<Record<string, unknown>>, details: FieldList): Sign {
  if ((draft["receiver"] as Party | undefined)?.account === taxShortCode) return ["tax", "likely"];
  const sign = firstOf(SIGNS, (name) => name in draft || details.get(name) !== undefined);
  if (sign[0]) return sign;
  // The sandbox names the queue that the request waited in: often all that a failure tells.
  const queue = text(details.get("QueueTimeoutURL"))?.split("/").at(-3);
  const product = productOf(details.get("ActionType")) ?? productOf(queue);
  return product ? [product, "likely"] : ["b2c", "guess"];
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
