import { describe, expect, test } from "vitest";
import { type Party, parseBalanceResult, parseC2bConfirmation, parseCallback } from "../../src/callbacks/index.ts";

/** One field of a C2B confirmation with the given wire values. */
const c2b = (fields: Record<string, unknown>) =>
  parseC2bConfirmation({ TransID: "RKTQDM7W6S", TransAmount: "1", ...fields }) as Extract<
    ReturnType<typeof parseC2bConfirmation>,
    { kind: "c2bConfirmation" }
  >;
const parameter = (kind: "b2b" | "b2c" | "reversal", Key: string, Value: unknown) =>
  parseCallback(
    { Result: { ConversationID: "AG_1", ResultCode: "0", ResultParameters: { ResultParameter: { Key, Value } } } },
    { kind },
  ) as unknown as Record<string, unknown> & { issues: unknown[] };

describe("instants", () => {
  const at = (value: unknown) => c2b({ TransTime: value }).transactedAt;

  test.each([
    ["20221110110717", "2022-11-10T11:07:17+03:00", "2022-11-10T08:07:17.000Z"],
    [20170727102524, "2017-07-27T10:25:24+03:00", "2017-07-27T07:25:24.000Z"],
    ["06.07.2024 22:48:52", "2024-07-06T22:48:52+03:00", "2024-07-06T19:48:52.000Z"],
    ["2020-08-05T10:13:00Z", "2020-08-05T13:13:00+03:00", "2020-08-05T10:13:00.000Z"],
    ["2020-08-05T10:13:00+03:00", "2020-08-05T10:13:00+03:00", "2020-08-05T07:13:00.000Z"],
    ["2021-09-15", "2021-09-15T00:00:00+03:00", "2021-09-14T21:00:00.000Z"],
    ["01-01-1900 00:00", "1900-01-01T00:00:00+03:00", "1899-12-31T21:00:00.000Z"],
    ["2023-04-26 12:30:00", "2023-04-26T12:30:00+03:00", "2023-04-26T09:30:00.000Z"],
    ["1700000000", "2023-11-15T01:13:20+03:00", "2023-11-14T22:13:20.000Z"],
    ["20240229000000", "2024-02-29T00:00:00+03:00", "2024-02-28T21:00:00.000Z"],
    [" 20221110110717 ", "2022-11-10T11:07:17+03:00", "2022-11-10T08:07:17.000Z"],
  ])("%s is %s", (value, iso, utc) => {
    expect(at(value)).toEqual({ date: new Date(utc), text: String(value).trim(), iso });
  });

  test.each([
    "20230229120000",
    "20221310110717",
    "20221110250717",
    "20221110116017",
    "00000000000000",
    "32.01.2024 10:00:00",
    "30.02.2024 10:00:00",
    "2021-02-30",
    "2021-13-01",
    "yesterday",
    "12",
    "202211101107170",
    "2020-08-05T10:13:00ZZ",
    "Tue Nov 10 2022",
    {},
    [],
    true,
    1e21,
    -1,
  ])("%j is no instant and is reported", (value) => {
    expect(at(value)).toBeUndefined();
    expect(c2b({ TransTime: value }).issues).toEqual([{ path: "transactedAt", problem: "unreadable" }]);
  });

  test.each(["", " ", null, undefined])("%j is absent, which is no issue", (value) => {
    expect(c2b({ TransTime: value })).toMatchObject({ issues: [] });
    expect("transactedAt" in c2b({ TransTime: value })).toBe(false);
  });
});

describe("money", () => {
  const amount = (value: unknown) => c2b({ TransAmount: value }).amount;

  test.each([
    [1, 1, "1"],
    [1.5, 1.5, "1.5"],
    ["190.00", 190, "190.00"],
    ["10", 10, "10"],
    ["71.0", 71, "71.0"],
    [-4510, -4510, "-4510"],
    [0, 0, "0"],
    ["0.00", 0, "0.00"],
    ["900719925474099312.34", 900719925474099300, "900719925474099312.34"],
    [10n, 10, "10"],
    ["1,000.00", 1000, "1000.00"],
    ["-12,345,678", -12_345_678, "-12345678"],
  ])("%s keeps its exact text", (sent, value, text) => {
    expect(amount(sent)).toEqual({ value, text });
  });

  test.each([
    "1,5",
    "1,00.00",
    "1.234,567",
    ",000",
    "KES 10",
    "1e5",
    "0x10",
    ".5",
    "1.",
    "Infinity",
    "NaN",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e21,
    true,
    {},
    [1],
  ])("%s is no amount and is reported", (sent) => {
    expect(amount(sent)).toBeUndefined();
    expect(c2b({ TransAmount: sent }).issues).toContainEqual({ path: "amount", problem: "unreadable" });
  });

  test.each([
    "{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}",
    "{ Amount={BasicAmount=6186.83, MinimumAmount=618683, CurrencyCode=KES}}",
    "{Amount={MinimumAmount=618683,BasicAmount=6186.83,CurrencyCode=KES}}",
    "{Amount={CurrencyCode=KES, BasicAmount=6,186.83, MinimumAmount=618,683}}",
    "Working Account|KES|346,568.83|6,186.83|340,382.00|0.00",
    "Working Account|KES|346568.83|6186.83|340382.00|0.00",
  ])("%s is what can be spent", (sent) => {
    expect(parameter("b2b", "DebitAccountBalance", sent)["debitAccountBalance"]).toEqual({
      value: 6186.83,
      text: "6186.83",
      currency: "KES",
    });
  });

  test("a balance that is one sum has no rows, which is no issue", () => {
    const read = parameter("b2b", "DebitAccountBalance", "{Amount={CurrencyCode=KES, BasicAmount=1.00}}");
    expect("accounts" in read).toBe(false);
    expect(read.issues).not.toContainEqual({ path: "accounts", problem: "unreadable" });
  });

  test("either spelling of the debited account's balance is read", () => {
    const map = "{Amount={CurrencyCode=KES, MinimumAmount=100, BasicAmount=1.00}}";
    expect(parameter("b2b", "DebitAccountCurrentBalance", map)["debitAccountBalance"]).toMatchObject({ text: "1.00" });
  });
});

describe("balances and charges", () => {
  const rows = (AccountBalance: unknown) => {
    const read = parseBalanceResult({
      Result: {
        ConversationID: "AG_1",
        ResultCode: "0",
        ResultParameters: { ResultParameter: { Key: "AccountBalance", Value: AccountBalance } },
      },
    });
    return read.kind === "balance" ? read.accounts : undefined;
  };
  const kes = (text: string) => ({ value: Number(text), text, currency: "KES" });

  test("columns are total, available, reserved and uncleared", () => {
    expect(
      rows("Working Account|KES|346568.83|6186.83|340382.00|0.00&Charges Paid Account|KES|-1540.00|-1540.00|0.00|0.00"),
    ).toEqual([
      {
        account: "Working Account",
        currency: "KES",
        total: kes("346568.83"),
        available: kes("6186.83"),
        reserved: kes("340382.00"),
        uncleared: kes("0.00"),
      },
      {
        account: "Charges Paid Account",
        currency: "KES",
        total: kes("-1540.00"),
        available: kes("-1540.00"),
        reserved: kes("0.00"),
        uncleared: kes("0.00"),
      },
    ]);
  });

  test("a column that is missing or no number is absent; the row stays", () => {
    expect(rows("Merchant Account|KES|12.50|n/a")).toEqual([
      { account: "Merchant Account", currency: "KES", total: kes("12.50") },
    ]);
    expect(rows("A|KES|1.00&")).toHaveLength(1);
  });

  test("a text without rows is reported", () => {
    expect(rows("no balance today")).toBeUndefined();
  });

  test("charges have a name and an amount; an empty text is none", () => {
    expect(parameter("b2b", "DebitPartyCharges", "Business Pay Bill Charge|KES|77.00")["charges"]).toEqual([
      { name: "Business Pay Bill Charge", amount: kes("77.00") },
    ]);
    expect(parameter("b2b", "DebitPartyCharges", "A|KES|1.00&B|KES|2.00")["charges"]).toHaveLength(2);
    expect(parameter("b2b", "DebitPartyCharges", "0.00")).toMatchObject({
      charges: [{ name: "", amount: { value: 0, text: "0.00" } }],
      issues: expect.not.arrayContaining([{ path: "charges", problem: "unreadable" }]),
    });
    expect(parameter("b2b", "DebitPartyCharges", "none").issues).toContainEqual({
      path: "charges",
      problem: "unreadable",
    });
    expect(parameter("b2b", "DebitPartyCharges", "")).toMatchObject({
      issues: expect.not.arrayContaining([{ path: "charges", problem: "unreadable" }]),
    });
  });
});

describe("whether the receiver is registered", () => {
  const registered = (value: unknown) => parameter("b2c", "B2CRecipientIsRegisteredCustomer", value);

  test.each(["Y", "y", "Yes", "true", true])("%j says so", (value) => {
    expect(registered(value)["receiverIsRegistered"]).toBe(true);
  });
  test.each(["N", "n", "no", "false", false])("%j denies it", (value) => {
    expect(registered(value)["receiverIsRegistered"]).toBe(false);
  });
  test.each(["maybe", 1, {}])("%j says nothing and is reported", (value) => {
    expect("receiverIsRegistered" in registered(value)).toBe(false);
    expect(registered(value).issues).toContainEqual({ path: "receiverIsRegistered", problem: "unreadable" });
  });
});

describe("parties", () => {
  const party = (value: unknown) => parameter("b2b", "ReceiverPartyPublicName", value)["receiver"] as Party | undefined;

  test.each([
    [
      "254708374149 - John Doe",
      { account: "254708374149", name: "John Doe", phoneNumber: { kind: "plain", value: "254708374149" } },
    ],
    ["600310 - Safaricom333", { account: "600310", name: "Safaricom333" }],
    ["603094 - A - B", { account: "603094", name: "A - B" }],
    [
      "2547***** - JOHN DOE",
      { account: "2547*****", name: "JOHN DOE", phoneNumber: { kind: "masked", value: "2547*****" } },
    ],
    [
      "2547 ***** 126 - JOHN",
      { account: "2547 ***** 126", name: "JOHN", phoneNumber: { kind: "masked", value: "2547*****126" } },
    ],
    ["254708374149", { account: "254708374149", phoneNumber: { kind: "plain", value: "254708374149" } }],
    [600310, { account: "600310" }],
    ["John Doe", { name: "John Doe" }],
    ["John-Doe", { name: "John-Doe" }],
    ["254708374149 - ", { account: "254708374149", phoneNumber: { kind: "plain", value: "254708374149" } }],
  ])("%s", (value, parts) => {
    expect(party(value)).toEqual({ text: String(value).trim(), ...parts });
  });
});

describe("phone numbers", () => {
  const phone = (MSISDN: unknown) => c2b({ MSISDN });

  test.each([254708374149, "254708374149", "+254708374149", "0708374149", "708374149", 708374149, "254 708 374 149"])(
    "%s is whole",
    (sent) => {
      expect(phone(sent).phoneNumber).toEqual({ kind: "plain", value: "254708374149" });
      expect("version" in phone(sent)).toBe(false);
    },
  );

  test.each([
    ["2547 ***** 126", "2547*****126"],
    ["254708***149", "254708***149"],
    ["*********867", "*********867"],
  ])("%s is masked, as in version 2", (sent, value) => {
    expect(phone(sent)).toMatchObject({ phoneNumber: { kind: "masked", value }, version: "v2" });
  });

  test("64 hexadecimal digits are a hash, as in version 1", () => {
    expect(phone("AB".repeat(32))).toMatchObject({
      phoneNumber: { kind: "sha256", value: "ab".repeat(32) },
      version: "v1",
    });
  });

  test.each(["John", "1*2*3", "12", "2".repeat(16), {}, true])("%j is none and is reported", (sent) => {
    expect(phone(sent).issues).toEqual([{ path: "phoneNumber", problem: "unreadable" }]);
  });
});
