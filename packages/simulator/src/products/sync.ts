import { ErrorCode, PullQueryCode, PullRegisterCode, QrResponseCode } from "@mpesa/raw/codes";
import { pullPageSize, pullWindowHours } from "@mpesa/raw/platform";
import { textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { requestId } from "../engine/ids.ts";
import { money } from "../engine/ledger.ts";
import { organisationOf } from "../engine/parties.ts";
import { fromWallClock, wallClock } from "../engine/time.ts";
import type { Call, Reply } from "../gateway/call.ts";
import { refusal, refuseField } from "../gateway/refusals.ts";
import type { TransactionRecord } from "../state/records.ts";
import { png } from "./png.ts";

/** A picture of the size asked for. It is no code that a phone could read: M-Pesa's own is not published. */
export function qrGenerate(engine: Engine, { body, scenario }: Call): Reply {
  const code = scenario?.resultCode ?? QrResponseCode.Generated;
  const answer = {
    ResponseCode: code,
    ResponseDescription: scenario?.resultDescription ?? textOf("qr", code),
    RequestID: requestId(engine.random),
  };
  const size = Math.min(1_000, Math.max(21, Number(body["Size"])));
  const seed = `${String(body["CPI"])}${String(body["RefNo"])}${String(body["Amount"])}`;
  return { status: 200, body: code === QrResponseCode.Generated ? { ...answer, QRCode: png(size, seed) } : answer };
}

export function pullRegister(engine: Engine, { body, scenario }: Call): Reply {
  const organisation = organisationOf(engine, body["ShortCode"]);
  if (!organisation) return refusal(engine, ErrorCode.InvalidShortCode);
  const code =
    scenario?.resultCode ??
    (organisation.pullRegistered ? PullRegisterCode.AlreadyRegistered : PullRegisterCode.Registered);
  organisation.pullRegistered = true;
  engine.store.organisations.put(organisation.shortCode, organisation);
  return {
    status: 200,
    body: {
      ResponseRefID: requestId(engine.random),
      ResponseStatus: code,
      ShortCode: organisation.shortCode,
      ResponseDescription: scenario?.resultDescription ?? textOf("pullRegister", code),
    },
  };
}

/** Customers' payments of the last two days, a page at a time. */
export function pullQuery(engine: Engine, { body, scenario }: Call): Reply {
  const organisation = organisationOf(engine, body["ShortCode"]);
  if (!organisation) return refusal(engine, ErrorCode.InvalidShortCode);
  for (const field of ["StartDate", "EndDate"])
    if (Number.isNaN(fromWallClock(String(body[field])))) return refuseField(engine, field);
  const from = Math.max(fromWallClock(String(body["StartDate"])), engine.now() - pullWindowHours * 3_600_000);
  const until = fromWallClock(String(body["EndDate"]));
  const offset = Number(body["OffSetValue"]);
  const page = [...engine.store.transactions.values()]
    .filter((one) => one.shortCode === organisation.shortCode && one.phone !== null && one.operation !== "reversal")
    .filter(({ to, at }) => to.startsWith(organisation.shortCode) && at >= from && at <= until)
    .slice(offset, offset + pullPageSize);
  const code = scenario?.resultCode ?? (page.length > 0 ? PullQueryCode.Found : PullQueryCode.NoneFound);
  const text = scenario?.resultDescription ?? textOf("pullQuery", code);
  if (code !== PullQueryCode.Found)
    return { status: 200, body: { RequestID: requestId(engine.random), ResponseCode: code, ResponseMessage: text } };
  const rows = page.map((one) => row(one, organisation.name));
  return {
    status: 200,
    body: { ResponseRefID: requestId(engine.random), ResponseCode: code, ResponseMessage: text, Response: [rows] },
  };
}

function row(transaction: TransactionRecord, organisation: string): unknown {
  const { year, month, day, hour, minute, second } = wallClock(transaction.at);
  return {
    transactionId: transaction.receipt,
    // Nairobi time under a Z, as the samples seem to have it.
    trxDate: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    msisdn: Number(transaction.phone?.slice(3)),
    sender: "MPESA",
    transactiontype: transaction.reason === "Pay merchant" ? "c2b-buy-goods-debit" : "c2b-pay-bill-debit",
    billreference: transaction.reference,
    amount: money(transaction.amount),
    organizationname: organisation,
  };
}
