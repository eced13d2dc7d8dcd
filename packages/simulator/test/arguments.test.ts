import { describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { openStateFile, startServer } from "../src/server/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";
/** What JavaScript lets through. */
const any = (value: unknown): never => value as never;

describe("a wrong type is refused with the name, the shape, the rule and the fix", () => {
  const cases: readonly (readonly [string, (daraja: Simulator) => unknown, string])[] = [
    [
      "customer",
      (one) => one.customer(any(254712345678)),
      'phone must be a Kenyan mobile number as a text, such as "0712345678", not 254712345678',
    ],
    [
      "customer",
      (one) => one.customer("12"),
      'phone must be a Kenyan mobile number as a text, such as "0712345678", not a text of 2 characters',
    ],
    ["customer", (one) => one.customer(any(undefined)), "phone must be a Kenyan mobile number as a text"],
    ["customer", (one) => one.customer(any(Symbol("x"))), "not a value of type symbol"],
    ["enterPin", (one) => one.customer(PHONE).enterPin(any(1234)), 'pin must be a text, such as "1234", not a number'],
    ["enterPin", (one) => one.customer(PHONE).enterPin(""), 'pin must be a text, such as "1234", not an empty text'],
    ["enterPin", (one) => one.customer(PHONE).enterPin(any(null)), 'pin must be a text, such as "1234", not null'],
    ["enterPin", (one) => one.customer(PHONE).enterPin(any(["1234"])), "not a list"],
    ["always", (one) => one.customer(PHONE).always(any("null")), 'habit must be "pay", "cancel", "ignore" or null'],
    ["always", (one) => one.customer(PHONE).always(any(true)), "not a value of type boolean"],
    ["always", (one) => one.customer(PHONE).always(any(undefined)), "habit must be"],
    ["set", (one) => one.customer(PHONE).set({ pin: any(9876) }), 'pin must be a text, such as "1234", not a number'],
    ["set", (one) => one.customer(PHONE).set(any("rich")), "the details must be an object, not a text of 4 characters"],
    ["pay", (one) => one.customer(PHONE).pay(any(undefined)), "the payment must be an object, not undefined"],
    [
      "pay",
      (one) => one.customer(PHONE).pay({ shortCode: any(600000), amount: any("5") }),
      "shortCode must be a text that is not empty, not 600000; amount must be whole shillings from 1 to 250000, not a text of 1 character",
    ],
    ["next", (one) => one.next(any(5), {}), 'target must be a text, such as "stk", not 5'],
    ["next", (one) => one.next("stk", any("1032")), "the scenario must be an object, not a text of 4 characters"],
    [
      "next",
      (one) => one.next("stk", { resultCode: any(1032) }),
      'resultCode must be a code as a text, such as "1032", not 1032',
    ],
    [
      "next",
      (one) => one.next("stk", { fault: "reset" }, any("2")),
      "times must be a whole number of at least 1, not a text of 1 character",
    ],
    ["next", (one) => one.next("stk", { fault: "reset" }, 1.5), "times must be a whole number of at least 1, not 1.5"],
    [
      "next",
      (one) => one.next("stk", { fault: "reset" }, Number.POSITIVE_INFINITY),
      "times must be a whole number of at least 1, not Infinity",
    ],
    ["always", (one) => one.always(any(null), {}), 'target must be a text, such as "stk", not null'],
    ["always", (one) => one.always("stk", any([])), "the scenario must be an object, not a list"],
    ["subscribe", (one) => one.subscribe(any("log")), "listener must be a function"],
    [
      "ledger.balance",
      (one) => one.ledger.balance(any(174379)),
      'number must be a short code or a Kenyan mobile number as a text, such as "174379", not 174379',
    ],
    ["ledger.balance", (one) => one.ledger.balance("174379", any(1)), "account must be one of "],
    ["ledger.balance", (one) => one.ledger.balance("0712 345"), "number must be a Kenyan mobile number as a text"],
    ["ledger.balance", (one) => one.ledger.balance("600123"), "nobody has the short code 600123"],
  ];
  it.each(cases)("%s, case %#", (_, act, sentence) => {
    const { daraja } = bench();
    daraja.customer(PHONE);
    const before = JSON.stringify([daraja.ledger.accounts, daraja.requests]);
    expect(() => act(daraja)).toThrow(TypeError);
    expect(() => act(daraja)).toThrow(sentence);
    expect(JSON.stringify([daraja.ledger.accounts, daraja.requests])).toBe(before);
  });

  const promises: readonly (readonly [string, (daraja: Simulator) => Promise<unknown>, string])[] = [
    ["advance", (one) => one.advance(any("1000")), "ms must be a number from 0 to "],
    ["advance", (one) => one.advance(any(undefined)), "not undefined"],
    ["advance", (one) => one.advance(Number.NaN), "not NaN"],
    ["advance", (one) => one.advance(1e300), "not 1e+300"],
    ["advance", (one) => one.advance(Number.POSITIVE_INFINITY), "not Infinity"],
    ["replay", (one) => one.replay(any(7)), "callbackId must be the id of a callback as a text, not 7"],
    ["replay", (one) => one.replay("7"), "there is no callback 7"],
    ["openStateFile", () => openStateFile(any(5)), "path must be the path of a file, not 5"],
    ["startServer", () => startServer({ host: any(1) }), "host must be a text that is not empty, not 1"],
  ];
  it.each(promises)("%s, case %#", async (_, act, sentence) => {
    const error = await act(bench().daraja).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain(sentence);
  });

  it.each([
    [null, "the options must be an object, not null"],
    ["virtual", "the options must be an object, not a text of 7 characters"],
    [{ clock: "fast" }, "clock must be virtual or real, not a text of 4 characters"],
    [
      { apps: [{ consumerKey: "k", consumerSecret: 998877 }] },
      "apps[0].consumerSecret must be a text that is not empty, not a number",
    ],
    [
      { organisations: [{ shortCode: "600111", passkey: 998877 }] },
      "organisations[0].passkey must be a text that is not empty, not a number",
    ],
    [
      { organisations: [{ shortCode: "600111", initiators: [{ name: "a", password: 998877 }] }] },
      "initiators[0].password must be a text that is not empty, not a number",
    ],
    [
      { customers: [{ phone: 254712345678, pin: 998877 }] },
      'customers[0].pin must be a text, such as "1234", not a number',
    ],
  ])("createSimulator(%j)", (options, sentence) => {
    expect(() => createSimulator(any(options))).toThrow(sentence);
    expect(() => createSimulator(any(options))).not.toThrow("998877");
  });
});

it("a PIN that was refused is no decision: nothing is kept for the next prompt", async () => {
  const one = bench();
  expect(() => one.daraja.customer(PHONE).enterPin(any(1234))).toThrow(TypeError);
  await one.send("stkPush", goodRequest("stkPush"));
  await one.daraja.advance(1_000);
  expect(one.daraja.customer(PHONE).prompt).toBeDefined();
});

describe("the page's interface refuses the same", () => {
  it.each([
    ["customers/0712345678/pin", { pin: null }, 'pin must be a text, such as "1234", not null'],
    ["customers/0712345678/pin", { pin: ["1234"] }, "not a list"],
    ["customers/0712345678/pin", null, "the body must be a JSON object, not null"],
    ["customers/0712345678/set", [], "the body must be a JSON object, not a list"],
    ["customers/0712345678/pay", { shortCode: "600000", amount: true }, "amount must be whole shillings"],
    ["customers/0712345678/pay", { shortCode: 600000, amount: 5 }, "shortCode must be a text"],
    ["customers/12/pin", {}, "phone must be a Kenyan mobile number"],
    ["scenarios", { scenario: {} }, 'target must be a text, such as "stk", not undefined'],
    ["scenarios", { target: "stk", scenario: { fault: "reset" }, always: "yes" }, "always must be true or false"],
    ["scenarios", "stk", "the body must be a JSON object"],
    ["callbacks/99/replay", {}, "there is no callback 99"],
  ])("POST %s %j", async (path, body, sentence) => {
    const server = await startServer({ port: 0, clock: "virtual" });
    const answer = await fetch(`${server.url}/_simulator/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([answer.status, await answer.json()]).toEqual([400, { problem: expect.stringContaining(sentence) }]);
    await server.close();
  });
});
