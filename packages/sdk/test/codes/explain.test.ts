import { codesByScope } from "@mpesa/raw/codes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CodeProduct,
  customerMessages,
  ErrorCode,
  explain,
  ResultCode,
  StkResultCode,
  UssdPushCode,
} from "../../src/codes/index.ts";

const results = ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"] as const;
const reads = ["balance", "status", "pull", "pullRegistration", "qr", "orgInfo", "numberValidation", "lookup"] as const;
const others = ["stk", "c2b", "ussd", "ratiba", "bonga", "billManager", "acknowledgement", "error"] as const;
const products: readonly CodeProduct[] = [...new Set<CodeProduct>([...results, ...reads, ...others])];

describe("explain", () => {
  it.each([[undefined], [null], ["1032"]])("says what it needs when it is given %s", (given) => {
    expect(() => explain(given as never)).toThrow(new TypeError("explain() needs { product, code }"));
  });

  it("says what happened, who has to act, what is safe, and what a customer may read", () => {
    expect(explain({ product: "stk", code: StkResultCode.CancelledByUser })).toMatchInlineSnapshot(`
      {
        "code": "1032",
        "customer": "cancelled",
        "evidence": "observed",
        "fault": "customer",
        "hint": "Offer the customer a new prompt.",
        "kind": undefined,
        "known": true,
        "meaning": "The customer cancelled the prompt",
        "name": "CancelledByUser",
        "next": "new",
        "product": "stk",
      }
    `);
    expect(explain({ product: "b2c", code: ResultCode.SystemError })).toMatchInlineSnapshot(`
      {
        "code": "17",
        "customer": "checking",
        "evidence": "community",
        "fault": "mpesa",
        "hint": "Query the transaction status, and send nothing again before you know the outcome.",
        "kind": undefined,
        "known": true,
        "meaning": "M-Pesa had an internal error, or a rule limited the request",
        "name": "SystemError",
        "next": "ask",
        "product": "b2c",
      }
    `);
    expect(explain({ product: "stk", code: "4242" })).toMatchInlineSnapshot(`
      {
        "code": "4242",
        "customer": "unconfirmed",
        "evidence": undefined,
        "fault": "none",
        "hint": "The outcome is unknown, not failed: ask for the status, and send nothing again before you know.",
        "kind": undefined,
        "known": false,
        "meaning": "Nobody has described this code for this product",
        "name": "Unknown",
        "next": "ask",
        "product": "stk",
      }
    `);
  });

  it.each([
    ["1", "stk", "InsufficientBalance", "customer", "new"],
    ["1", "b2c", "InsufficientFunds", "merchant", "new"],
    ["1", "acknowledgement", "DuplicateClaim", "merchant", "ask"],
    ["17", "stk", "RuleLimited", "merchant", "new"],
    ["17", "b2b", "SystemError", "mpesa", "ask"],
    ["17", "bonga", "ReversalFailed", "mpesa", "ask"],
    ["2001", "stk", "WrongPin", "customer", "new"],
    ["2001", "b2c", "InitiatorInvalid", "merchant", "fix"],
    ["2001", "status", "InitiatorInvalid", "merchant", "fix"],
    ["2001", "ratiba", "WrongPin", "customer", "new"],
    ["8006", "stk", "PinLocked", "customer", "no"],
    ["8006", "reversal", "CredentialLocked", "merchant", "no"],
    ["26", "stk", "SystemBusy", "mpesa", "new"],
    ["26", "tax", "SystemBusy", "mpesa", "ask"],
    ["1001", "stk", "SubscriberLocked", "customer", "new"],
    ["1001", "pull", "NoneFound", "none", "none"],
    ["4001", "ussd", "Cancelled", "customer", "new"],
    ["R000001", "reversal", "AlreadyReversed", "merchant", "no"],
    ["R003", "b2c", "IdNumberMismatch", "customer", "no"],
    ["C2B00012", "c2b", "InvalidAccountNumber", "customer", "new"],
  ] as const)("keeps %s of %s apart: %s", (code, product, name, fault, next) => {
    const found = explain({ product, code });
    expect(found).toMatchObject({ product, code, known: true, name, fault, next });
  });

  it("shows the customer their own part only: a locked PIN is theirs, a locked API user is not", () => {
    expect(explain({ product: "stk", code: "8006" }).customer).toBe("pinLocked");
    expect(explain({ product: "b2c", code: "8006" }).customer).toBe("ourProblem");
    expect(explain({ product: "stk", code: "2001" }).customer).toBe("wrongPin");
    expect(explain({ product: "b2c", code: "2001" }).customer).toBe("ourProblem");
  });

  it.each([
    ["tax", "R000001"],
    ["b2c", "2032"],
    ["stk", "R003"],
    ["pochi", "100000001"],
  ] as const)("does not know for %s what only other products send: %s", (product, code) => {
    expect(explain({ product, code })).toMatchObject({ known: false, name: "Unknown" });
  });

  it.each([
    [1032, "1032"],
    [0, "0"],
    [" 1032 ", "1032"],
    ["1032", "1032"],
  ])("takes %j as a code", (code, text) => {
    expect(explain({ product: "stk", code })).toMatchObject({ code: text, known: true });
  });

  it.each([
    ["stk", "0"],
    ["stk", "00000000"],
    ["qr", "00"],
    ["qr", 0],
    ["acknowledgement", "00000000"],
    ["acknowledgement", 0],
    ["b2c", "00"],
    ["ussd", "0"],
  ] as const)("reads success of %s in any number of zeros: %s", (product, code) => {
    expect(explain({ product, code })).toMatchObject({ code: String(code), known: true, next: "none", fault: "none" });
  });

  it("lets a read be repeated where a payment must be asked about", () => {
    expect(explain({ product: "balance", code: "17" })).toMatchObject({
      next: "later",
      hint: expect.stringContaining("repeat it later"),
    });
    expect(explain({ product: "lookup", code: "4242" })).toMatchObject({ known: false, next: "later" });
    expect(explain({ product: "pochi", code: "17" })).toMatchObject({ next: "ask" });
    expect(explain({ product: "pochi", code: "4242" })).toMatchObject({ known: false, next: "ask" });
  });

  it.each([
    ["500.001.1001", "Internal Server Error"],
    ["500.003.1001", "Internal Server Error"],
    ["500.123.45", "Something new"],
  ])("goes by the call that failed: %s %s", (code, text) => {
    const about = (operation?: "stkQuery" | "stkPush") => explain({ product: "error", code, text, operation });
    expect(about("stkQuery")).toMatchObject({ next: "later", hint: expect.stringContaining("repeat it later") });
    expect(about("stkPush").next).toBe("ask");
    expect(about().next).toBe("ask");
    // The query failed, not the payment: its customer must not be sent to pay again.
    expect(about("stkQuery").customer).toEqual(about("stkPush").customer);
  });

  it("reads the rejection of an initiator's credential in the errors of calls that one signs", () => {
    const about = (operation: "accountBalance" | "b2cPaymentV3" | "stkPush") =>
      explain({ product: "error", code: "X9", text: "The initiator information is invalid.", operation });
    expect(about("accountBalance")).toMatchObject({ known: true, name: "InitiatorInvalid", next: "fix" });
    expect(about("b2cPaymentV3")).toMatchObject({ known: true, name: "InitiatorInvalid", next: "fix" });
    expect(about("stkPush")).toMatchObject({ known: false, next: "ask" });
    for (const about of [{ product: "balance" }, { product: "error", operation: "transactionStatus" }] as const)
      expect(explain({ ...about, code: "4242" })).toMatchObject({
        known: false,
        next: "ask",
        hint: expect.stringMatching(/^(?!.*(?:repeat it|again)).*lock the initiator/),
      });
  });

  it("tells error codes apart by their text", () => {
    const name = (text: string, operation?: "stkPush" | "stkQuery"): string =>
      explain({ product: "error", code: ErrorCode.StkGatewayFault, text, operation }).name;
    expect(name("[MerchantValidate] - Wrong credentials")).toBe("WrongPassword");
    expect(name("Merchant does not exist")).toBe("MerchantNotFound");
    expect(name("Unable to lock subscriber, a transaction is already in process for the current subscriber")).toBe(
      "SubscriberLocked",
    );
    expect(name("Unable to lock subscriber, a transaction is already in process", "stkPush")).toBe("SubscriberLocked");
    expect(name("Unable to lock subscriber, a transaction is already in process", "stkQuery")).toBe(
      "SubscriberLockedDuringQuery",
    );
    expect(name("The transaction is being processed", "stkQuery")).toBe("StillProcessing");
    expect(name("", "stkQuery")).toBe("PendingOrHiccup");
    expect(name("something else")).toBe("StkGatewayFault");
  });

  it("never reads a push's fault as the harmless 'not yet' of a query", () => {
    for (const text of ["", "The transaction is being processed", "The transaction does not exist"]) {
      for (const operation of ["stkPush", undefined] as const) {
        const found = explain({ product: "error", code: "500.001.1001", text, operation });
        expect(found).toMatchObject({
          name: "StkGatewayFault",
          next: "ask",
          customer: "unconfirmed",
        });
      }
    }
    expect(explain({ product: "error", code: "500" })).toMatchObject({ known: false, next: "ask" });
    expect(explain({ product: "error", code: "500", operation: "pullQuery" })).toMatchObject({
      known: true,
      next: "later",
    });
  });

  it("knows gateway faults, also by their beginning, and signals without a code", () => {
    expect(explain({ product: "error", code: "policies.ratelimit.SpikeArrestViolation" })).toMatchObject({
      next: "later",
    });
    expect(explain({ product: "error", code: "oauth.v2.InvalidAccessToken" })).toMatchObject({
      next: "token",
      code: "oauth.v2.InvalidAccessToken",
    });
    expect(
      explain({ product: "error", code: "keymanagement.service.x", text: "no apiproduct match found" }),
    ).toMatchObject({ next: "fix" });
    expect(explain({ product: "error", code: "400:empty", operation: "generateToken" })).toMatchObject({
      name: "WrongConsumerKeys",
    });
  });

  it("never calls an unknown code failed, in any product", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...products),
        fc.string({ unit: "binary" }),
        fc.option(fc.string(), { nil: undefined }),
        (product, code, text) => {
          const found = explain({ product, code, text });
          fc.pre(!found.known);
          expect(found).toMatchObject({ product, name: "Unknown", fault: "none", evidence: undefined });
          // A second query could be a second rejection of the initiator's credential.
          const mayRepeat = (reads as readonly string[]).includes(product) && !["balance", "status"].includes(product);
          expect(found.next).toBe(mayRepeat ? "later" : "ask");
          expect(["unconfirmed", "checking"]).toContain(found.customer);
        },
      ),
    );
  });

  it.each(["toString", "__proto__", "constructor", "nonsense", undefined])(
    "takes the product %s from JavaScript for unknown",
    (product) => {
      expect(explain({ product: product as CodeProduct, code: "0" })).toMatchObject({ known: false, next: "ask" });
    },
  );

  it.each([undefined, null, {}, Number.NaN])("takes the code %s from JavaScript for unknown", (code) => {
    expect(explain({ product: "stk", code: code as unknown as string })).toMatchObject({ known: false, next: "ask" });
  });
});

describe("the customer messages", () => {
  it.each(["stk", "result", "ussdPush"] as const)("cover every code of %s", (scope) => {
    const without = codesByScope[scope].filter((one) => one.customer === undefined).map((one) => one.code);
    expect(without).toEqual([]);
  });

  it("never promise or deny a payment that is in doubt, and never ask to pay again", () => {
    for (const product of products) {
      for (const table of Object.values(codesByScope)) {
        for (const { code } of table) {
          const { next, customer } = explain({ product, code });
          if (next !== "ask") continue;
          expect(["unconfirmed", "checking"], `${product} ${code}`).toContain(customer);
        }
      }
    }
  });

  it("thank for a payment only where one is certain", () => {
    const thanks = products.filter((product) => explain({ product, code: "0" }).customer === "paid");
    expect(thanks).toEqual(["stk"]);
    expect(explain({ product: "ussd", code: UssdPushCode.Success }).customer).not.toBe("paid");
  });

  it.each(Object.entries(customerMessages))(
    "%s is whole sentences in two languages, without codes or jargon",
    (_, { en, sw }) => {
      expect(en).not.toBe(sw);
      for (const one of [en, sw]) {
        expect(one).toMatch(/^\p{Lu}.*\.$/u);
        expect(one).not.toMatch(/\d{2,}|PartyB|initiator|credential|API|callback|null|undefined/i);
      }
    },
  );
});

describe("the code objects", () => {
  it("give each name the code as text", () => {
    expect(StkResultCode.Paid).toBe("0");
    expect(StkResultCode.CancelledByUser).toBe("1032");
    expect(ResultCode.InitiatorInvalid).toBe(StkResultCode.WrongPin);
    const known: StkResultCode = "1032";
    const neverSeen: StkResultCode = "424242";
    expect([known, neverSeen]).toHaveLength(2);
  });
});
