import { describe, expect, it } from "vitest";
import type { PulledTransaction } from "../../src/index.ts";
import { type Answer, connect, daraja, failure, json, NOW } from "../products/harness.ts";

const HOUR = 3_600_000;
const day = { from: new Date(NOW - 24 * HOUR), to: new Date(NOW) };
const row = (transactionId: string) => ({
  transactionId,
  trxDate: "2026-10-06T10:09:00Z",
  msisdn: 722000000,
  amount: "168.00",
});
const none = { RequestID: "26178-1", ResponseCode: "1001", ResponseMessage: "No records found" };

/** Serves rows from `OffSetValue` on, `size` at a time. */
const paged =
  (ids: readonly string[], size: number): Answer =>
  ({ body }) => {
    const offset = Number(body["OffSetValue"]);
    const page = ids.slice(offset, offset + size).map(row);
    return json(
      page.length === 0
        ? none
        : { ResponseRefID: "1", ResponseCode: "1000", ResponseMessage: "Success", Response: [page] },
    );
  };

async function all(rows: AsyncIterable<PulledTransaction>): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for await (const { transactionId } of rows) {
    ids.push(transactionId);
    if (ids.length > 1000) throw new Error("it does not end");
  }
  return ids;
}

const ids = Array.from({ length: 250 }, (_, at) => `UJ6${String(at).padStart(7, "0")}`);

describe("pull.transactions", () => {
  it.each([100, 50, 7])("goes through pages of %d rows, each payment once", async (size) => {
    const { mpesa, sent } = connect(paged(ids, size));
    expect(await all(mpesa.pull.transactions(day))).toEqual(ids);
    expect(sent.slice(0, 2).map(({ body }) => body["OffSetValue"])).toEqual(["0", String(size)]);
  });

  it("gives nothing when there are none, in either form", async () => {
    expect(await all(connect(() => json(none)).mpesa.pull.transactions(day))).toEqual([]);
    const empty = { ...none, Response: [[]] };
    expect(await all(connect(() => json(empty)).mpesa.pull.transactions(day))).toEqual([]);
  });

  it.each([
    ["an empty list in a list", [[]]],
    ["an empty list", []],
  ])("ends after %s, which the documentation has for none", async (_, empty) => {
    const answer: Answer = (one, nth) => (nth === 1 ? paged(ids.slice(0, 100), 100)(one, nth) : json(empty));
    const { mpesa, sent } = connect(answer, { maxRetries: 2 });
    expect(await all(mpesa.pull.transactions(day))).toEqual(ids.slice(0, 100));
    expect(sent).toHaveLength(2);
    const page = await connect(() => json(empty)).mpesa.pull.query(day);
    expect(page).toEqual({ transactions: [], responseMessage: "", raw: empty });
  });

  const page = { ResponseRefID: "1", ResponseCode: "1000", ResponseMessage: "Success" };
  const forms: readonly [name: string, write: (rows: readonly object[]) => unknown][] = [
    ["a list in a list", (rows) => ({ ...page, Response: [rows] })],
    ["a list", (rows) => ({ ...page, Response: rows })],
    ["a list in a list, written as text", (rows) => ({ ...page, Response: JSON.stringify([rows]) })],
    ["a list, written as text", (rows) => ({ ...page, Response: JSON.stringify(rows) })],
    ["a bare list in a list", (rows) => [rows]],
    ["a bare list", (rows) => rows],
    ["a bare list in a list, written as text", (rows) => JSON.stringify([rows])],
    ["a bare list, written as text", (rows) => JSON.stringify(rows)],
  ];

  it.each(forms)("loses no payment of %s, and ends", async (_, write) => {
    const answer: Answer = ({ body }) => {
      const offset = Number(body["OffSetValue"]);
      return json(write(ids.slice(offset, offset + 100).map(row)));
    };
    const { mpesa, sent } = connect(answer);
    expect(await all(mpesa.pull.transactions(day))).toEqual(ids);
    expect(sent).toHaveLength(4);
    const { transactions, raw } = await mpesa.pull.query({ ...day, offset: 249 });
    expect(transactions).toMatchObject([{ transactionId: ids[249], amount: 168, phoneNumber: "254722000000" }]);
    expect(raw).toEqual(write([row(ids[249] ?? "")]));
  });

  it.each([
    ["as text", '"[[]]"'],
    ["as text with spaces", '" [ [ ] ] "'],
    ["as a list", "[[]]"],
    ["in the response, as text", JSON.stringify({ ...none, Response: "[[]]" })],
    ["in the response, as empty text", JSON.stringify({ ...none, Response: "" })],
  ])("gives nothing when none is written %s", async (_, text) => {
    const { mpesa, sent } = connect(() => new Response(text), { maxRetries: 2 });
    expect(await all(mpesa.pull.transactions(day))).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  it.each(["[[{", "see attachment"])("does not end as if there were no more when it cannot read %j", async (text) => {
    const broken = { ...page, Response: text };
    const { mpesa } = connect((one, nth) => (nth === 1 ? paged(ids, 100)(one, nth) : json(broken)));
    const error = await failure(() => all(mpesa.pull.transactions(day)));
    expect(error).toMatchObject({ type: "MpesaOutcomeUnknownError", operation: "pullQuery" });
    expect(error["hint"]).toMatch(/repeat it later/);
  });

  it("does not take the list of an error for none", async () => {
    const { mpesa } = connect(() => json([[]], 500));
    expect((await failure(() => all(mpesa.pull.transactions(day))))["type"]).toMatch(/Mpesa(Api|OutcomeUnknown)Error/);
  });

  it("does not take an unavailable service for an empty range, nor for haste", async () => {
    const { mpesa } = connect(daraja(500, "500", "nothing available for the short code"));
    const error = await failure(() => all(mpesa.pull.transactions(day)));
    expect(error).toMatchObject({ type: "MpesaApiError", kind: "pullNothingAvailable", errorCode: "500" });
    expect(error["hint"]).toMatch(/registered for pull/);
  });

  it("ends when the gateway passes over the offset", async () => {
    const { mpesa, sent } = connect((_, nth) => {
      if (nth > 20) throw new Error("it does not end");
      return paged(ids, 100)({ body: { OffSetValue: "0" } } as never, 1);
    });
    expect(await all(mpesa.pull.transactions(day))).toHaveLength(100);
    expect(sent).toHaveLength(2);
  });

  it("gives a payment once when new ones shift the rows", async () => {
    const shifting: Answer = (one, nth) => paged(nth === 1 ? ids : ["UJ7NEW0000", ...ids], 100)(one, nth);
    const got = await all(connect(shifting).mpesa.pull.transactions(day));
    expect(new Set(got).size).toBe(got.length);
    expect(got).toEqual(expect.arrayContaining(ids));
  });

  it("tells payments without a receipt apart by what else they hold", async () => {
    const rows = ["", "", undefined].map((transactionId, at) => ({
      ...row(""),
      transactionId,
      billreference: `INV-${at}`,
    }));
    const { mpesa } = connect(() => json([rows]));
    const got: unknown[] = [];
    for await (const { billReference } of mpesa.pull.transactions(day)) got.push(billReference);
    expect(got).toEqual(["INV-0", "INV-1", "INV-2"]);
  });

  it("fetches a page only when it is needed", async () => {
    const { mpesa, sent } = connect(paged(ids, 100));
    for await (const _ of mpesa.pull.transactions(day)) break;
    expect(sent).toHaveLength(1);
  });

  it("takes the last 48 hours as a whole, and says why it takes no more", async () => {
    const { mpesa } = connect(paged([], 100));
    expect(await all(mpesa.pull.transactions({ from: new Date(NOW - 48 * HOUR), to: new Date(NOW) }))).toEqual([]);
    const error = await failure(() =>
      all(mpesa.pull.transactions({ from: new Date(NOW - 72 * HOUR), to: new Date(NOW) })),
    );
    expect(error["type"]).toBe("MpesaValidationError");
    expect(error.message).toMatch(/last 48 hours.*cannot be split/);
  });

  it("splits what is a moment longer than 48 hours", async () => {
    const { mpesa, sent } = connect(paged([], 100));
    await all(mpesa.pull.transactions({ from: new Date(NOW - 48 * HOUR - 30_000), to: new Date(NOW) }));
    const spans = sent.map(({ body }) => [body["StartDate"], body["EndDate"]]);
    expect(spans).toEqual([
      ["2026-10-04 09:51:49", "2026-10-06 09:51:49"],
      ["2026-10-06 09:51:49", "2026-10-06 09:52:19"],
    ]);
  });

  it("does not ask about the future for ever", async () => {
    const { mpesa, sent } = connect(paged([], 100));
    const from = new Date(NOW - 47 * HOUR);
    await all(mpesa.pull.transactions({ from, to: new Date(NOW + 1000 * HOUR) }));
    const spans = sent.map(({ body }) => [body["StartDate"], body["EndDate"]]);
    expect(spans).toEqual([["2026-10-04 10:52:19", "2026-10-06 10:52:19"]]);
  });

  it("rejects with the error of a page", async () => {
    const { mpesa } = connect(daraja(401, "401.003.01", "no apiproduct match found"));
    expect((await failure(() => all(mpesa.pull.transactions(day))))["type"]).toBe("MpesaAuthError");
  });
});

describe("pull.query", () => {
  it("reads a payment", async () => {
    const { transactions, responseMessage } = await connect(paged(["UJ63T9K5AB"], 100)).mpesa.pull.query(day);
    expect(responseMessage).toBe("Success");
    expect(transactions).toMatchObject([{ transactionId: "UJ63T9K5AB", amount: 168, phoneNumber: "254722000000" }]);
  });

  it.each([
    ["masked", "2547****149", "2547****149"],
    ["missing", undefined, undefined],
  ])("passes on a number that is %s", async (_, msisdn, phoneNumber) => {
    const answer = json({ ResponseCode: "1000", Response: [[{ ...row("UJ63T9K5AB"), msisdn, amount: "?" }]] });
    const { transactions } = await connect(() => answer).mpesa.pull.query(day);
    expect(transactions[0]).toMatchObject({ phoneNumber, amount: undefined });
  });
});

describe("pull.register", () => {
  it.each([
    ["registered", { ResponseRefID: "1", ResponseStatus: "1000", ResponseDescription: "done" }, false],
    ["registered before", { ResponseRefID: "1", ResponseStatus: "1001", ResponseDescription: "done" }, true],
    [
      "registered before, with blanks in keys",
      { ResponseRefID: "1", "Response Status": "1001", "Response Description": "done" },
      true,
    ],
  ])("is done when %s", async (_, answer, alreadyRegistered) => {
    const result = await connect(() => json(answer)).mpesa.pull.register({ nominatedNumber: "0722000000" });
    expect(result).toMatchObject({ alreadyRegistered, responseDescription: "done" });
  });
});
