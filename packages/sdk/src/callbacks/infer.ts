import { commandIndex } from "@mpesa/raw/code-index";
import { taxShortCode } from "@mpesa/raw/platform";
import type { FieldList } from "./field-list.ts";
import type { CallbackKind, Confidence, ResultKind } from "./types.ts";
import type { Party } from "./value-types.ts";
import { text } from "./values.ts";

/** Keys that tell what a body is, and how surely. The first that has a value decides; `result` is any product's. */
const KEYS: string =
  "Body stk certain,stkCallback stk certain,Result result guess,OrgAccountBalance c2bConfirmation likely," +
  "TransID c2bValidation guess,CommandID timeout certain,ResultCode ussd likely,Response pull guess,trxDate pull guess";

/** Fields that tell the products apart, likewise. B2C and Pochi share theirs, and so do B2B and tax. */
const FIELDS: string =
  "transactionStatus status certain,finalisedAt status certain,originalTransactionId reversal certain," +
  "utilityBalance b2c likely,receipt b2c likely,billReference b2b likely,initiatorBalance b2b likely," +
  "accounts balance certain";

type Sign = readonly [kind: CallbackKind | "result" | undefined, confidence: Confidence];

/** What a body is by its keys. */
export function inferKind(body: FieldList): Sign {
  return firstOf(KEYS, (key) => body.get(key) !== undefined);
}

/** The product of a result, by the fields that were read of it. */
export function inferProduct(draft: Readonly<Record<string, unknown>>, details: FieldList): Sign {
  if ((draft["receiver"] as Party | undefined)?.account === taxShortCode) return ["tax", "likely"];
  const [kind, confidence] = firstOf(FIELDS, (field) => field in draft);
  const command = productOf(details.get("ActionType"));
  return kind ? [kind, confidence] : command ? [command, "likely"] : ["b2c", "guess"];
}

function firstOf(signs: string, has: (key: string) => boolean): Sign {
  for (const sign of signs.split(",")) {
    const [key = "", kind, confidence] = sign.split(" ");
    if (has(key)) return [kind, confidence] as unknown as Sign;
  }
  return [undefined, "guess"];
}

/** The product whose requests carry this command. */
export function productOf(command: unknown): ResultKind | undefined {
  const group = commandIndex.split(";").find((line) => line.split(" ").includes(text(command) ?? "", 1));
  return group?.split(" ")[0] as ResultKind | undefined;
}
