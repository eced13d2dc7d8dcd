import { initiatorFields } from "@mpesa/raw/platform";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseB2cResult } from "../../src/callbacks/index.ts";
import { createInitiatorGuard } from "../../src/index.ts";
import { post, RESULT_KINDS } from "../handler/setup.ts";
import { calls } from "../products/calls.ts";
import { type Answer, accept, connect, daraja, failure, json, SECRET } from "../products/harness.ts";
import { acknowledging, type Ids, MINUTE, open } from "./world.ts";

const signed = calls.filter(({ operation }) => operation in initiatorFields);
const phoneNumber = "0708 374 149";
type World = ReturnType<typeof open>;

const balance = ({ mpesa }: World): Promise<Ids> => mpesa.account.balance();
const pay = ({ mpesa }: World): Promise<Ids> => mpesa.b2c.pay({ phoneNumber, amount: 10 });

// No waiting between attempts.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

/** Two requests whose results reject the credential. */
async function reject(world: World, code: string | number = 2001): Promise<void> {
  for (let nth = 0; nth < 2; nth++) await world.deliver(await balance(world), code, "balance");
}

describe("after two rejections in results", () => {
  it.each(signed)("$name sends nothing", async ({ run }) => {
    const world = open();
    await reject(world);
    const before = world.sent.length;
    const error = await failure(() => run(world.mpesa));
    expect(error["type"]).toBe("MpesaAuthError");
    expect(error["status"]).toBeUndefined();
    expect(error.message).toMatch(/: nothing was sent: M-Pesa rejected the credential of initiator "testapi" twice/);
    expect(world.sent).toHaveLength(before);
  });

  it("covers every operation that the spec lets an initiator sign", () => {
    expect(new Set(signed.map(({ operation }) => operation))).toEqual(new Set(Object.keys(initiatorFields)));
  });

  it.each(calls.filter(({ operation }) => !(operation in initiatorFields)))(
    "$name is sent as ever",
    async ({ run }) => {
      const world = open({ answer: connectAnswer });
      await reject(world);
      const before = world.sent.length;
      await run(world.mpesa);
      expect(world.sent).toHaveLength(before + 1);
    },
  );

  it("says what to do and until when, with the ids and without a secret", async () => {
    const world = open();
    await reject(world);
    const error = await failure(() =>
      world.mpesa.b2c.pay({ phoneNumber, amount: 10, originatorConversationId: "own-1" }),
    );
    expect(error.message).toBe(
      'b2cPaymentV3: nothing was sent: M-Pesa rejected the credential of initiator "testapi" twice within ten minutes, last with 2001, ' +
        "and further rejections lock the initiator. Correct the credential or the role of the initiator. A new credential may sign at once; " +
        'the same credential may sign again after 2026-10-06T07:02:19.000Z, or after initiatorGuard.reset("testapi").',
    );
    expect(error).toMatchObject({
      ids: { originatorConversationId: "own-1" },
      errorCode: "2001",
      operation: "b2cPaymentV3",
    });
    expect(JSON.stringify([error, error.stack, world.events])).not.toContain(SECRET.credential);
  });

  it("emits one warning, however many calls are held back", async () => {
    const world = open();
    await reject(world);
    for (let nth = 0; nth < 5; nth++) await failure(() => pay(world));
    expect(world.held()).toEqual([
      'initiatorHeld: M-Pesa rejected the credential of initiator "testapi" twice within ten minutes, last with 2001. ' +
        "No request signed with this credential is sent until 2026-10-06T07:02:19.000Z.",
    ]);
  });

  it("holds back mpesa.raw, too", async () => {
    const world = open();
    await reject(world);
    const body = { InitiatorName: "testapi", SecurityCredential: SECRET.credential, OriginatorConversationID: "own-1" };
    const error = await failure(() => world.mpesa.raw.POST("/mpesa/b2c/v3/paymentrequest", { body: body as never }));
    expect(error).toMatchObject({ type: "MpesaAuthError", ids: { originatorConversationId: "own-1" } });
    expect(world.sent).toHaveLength(2);
  });

  /** A world in which the third call meets `third` after the results of two rejected queries have arrived. */
  async function overtaken(third: Answer): Promise<World> {
    const acknowledge = acknowledging();
    const world: World = open({
      maxRetries: 2,
      answer: async (one, nth) => {
        if (nth <= 2) return acknowledge(one, nth);
        for (const ids of first) await world.deliver(ids, 2001);
        return third(one, nth);
      },
    });
    const first = [await balance(world), await balance(world)];
    return world;
  }
  const lost: Answer = () => Promise.reject(new TypeError("fetch failed"));

  it("holds back what waits to be repeated", async () => {
    const world = await overtaken(daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation"));
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError", status: undefined });
    expect(world.sent).toHaveLength(3);
  });

  it("calls a lost query unknown, although its repetition was held back", async () => {
    const world = await overtaken(lost);
    expect(await failure(() => balance(world))).toMatchObject({ type: "MpesaOutcomeUnknownError" });
    expect(world.sent).toHaveLength(3);
  });

  it("calls a lost payout unknown, although its repetition was held back", async () => {
    const world = await overtaken(lost);
    const error = await failure(() => world.mpesa.b2c.pay({ phoneNumber, amount: 10, resend: true }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(world.sent).toHaveLength(3);
  });
});

const connectAnswer: Answer = (one, nth) =>
  one.operation.id === "accountBalance" ? acknowledging(`n${nth}`)(one, nth) : accept(one, nth);

describe("what counts", () => {
  it.each(["18", 2001, "2001", 8006, "TP40153"])("the result code %s", async (code) => {
    const world = open();
    await reject(world, code);
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError", errorCode: String(code) });
  });

  it.each(["0", "1", "17", "20", "21", "2006", "SFC_IC0003", "4242"])("not the result code %s", async (code) => {
    const world = open();
    await reject(world, code);
    await pay(world);
    expect(world.sent).toHaveLength(3);
  });

  it.each([...RESULT_KINDS] as const)("a result at the URL of %s", async (kind) => {
    const world = open();
    for (let nth = 0; nth < 2; nth++) await world.deliver(await pay(world), 2001, kind);
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError" });
  });

  it.each(["stk", "ussd", "c2bConfirmation"] as const)(
    "nothing at the URL of %s, whose leak must not stop the payouts",
    async (kind) => {
      const world = open();
      for (let nth = 0; nth < 3; nth++) await world.deliver(await pay(world), 2001, kind);
      await pay(world);
      expect(world.sent).toHaveLength(4);
    },
  );

  it("not a customer's wrong PIN", async () => {
    const world = open();
    await balance(world);
    const Body = (nth: number) => ({
      stkCallback: {
        MerchantRequestID: `${nth}`,
        CheckoutRequestID: `ws_CO_${nth}`,
        ResultCode: 2001,
        ResultDesc: "The initiator information is invalid.",
      },
    });
    for (let nth = 0; nth < 3; nth++) await world.handler(post(await world.handler.url("stk"), { Body: Body(nth) }));
    await world.deliver(await balance(world), 2001);
    await pay(world);
    expect(world.sent).toHaveLength(3);
  });

  it("not a body that was only parsed, nor one at an unsigned path", async () => {
    const world = open();
    for (let nth = 0; nth < 3; nth++) {
      const { originatorConversationId, conversationId } = await balance(world);
      const body = {
        Result: {
          ResultCode: 2001,
          OriginatorConversationID: originatorConversationId,
          ConversationID: conversationId,
        },
      };
      parseB2cResult(body);
      expect((await world.handler(post("https://pay.example.com/hooks/b2c/forged", body))).status).toBe(404);
    }
    await pay(world);
    expect(world.sent).toHaveLength(4);
  });

  it("a result that you have verified yourself", async () => {
    const world = open();
    for (let nth = 0; nth < 2; nth++) {
      const { originatorConversationId, conversationId } = await balance(world);
      const Result = {
        ResultCode: 2001,
        OriginatorConversationID: originatorConversationId,
        ConversationID: conversationId,
      };
      await world.initiatorGuard.observe(parseB2cResult({ Result }));
    }
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError" });
  });

  it.each([
    undefined,
    null,
    1,
    "text",
    [],
    { resultCode: {} },
    { resultCode: 2001 },
    { resultCode: "2001", conversationId: {} },
  ])("observe takes %j without rejecting", async (given) => {
    const guard = createInitiatorGuard();
    await expect(guard.observe(given as never)).resolves.toBeUndefined();
  });

  it.each([true, false])("each copy of a callback once, with an inbox: %s", async (inbox) => {
    const world = open({ inbox });
    const first = await balance(world);
    for (let nth = 0; nth < 3; nth++) await world.deliver(first, 2001, "balance");
    world.clock.ms += 9 * MINUTE;
    await world.deliver(first, 2001, "balance");
    await pay(world);
    // Much later, beside a rejection that is new.
    world.clock.ms += 120 * MINUTE;
    await world.deliver(first, 2001, "balance");
    await world.deliver(await balance(world), 2001, "balance");
    await pay(world);
    expect(world.sent).toHaveLength(4);
  });
});

describe("rejections in responses count without any setup", () => {
  it.each([
    ["2001 with 400", json({ requestId: "1", errorCode: "2001", errorMessage: "Bad" }, 400)],
    ["8006 with 500", json({ requestId: "1", errorCode: "8006", errorMessage: "Bad" }, 500)],
    ["TP40153 with 401", json({ requestId: "1", errorCode: "TP40153", errorMessage: "Bad" }, 401)],
    [
      "a known text with 200",
      json({ requestId: "1", errorCode: "500.001.1001", errorMessage: "the initiator information is invalid" }),
    ],
    ["a known text with an unlisted code", json({ errorCode: "X9", errorMessage: "API Password is locked." }, 403)],
    [
      "an acknowledgement with 2001",
      json({ ResponseCode: "2001", ResponseDescription: "The initiator information is invalid." }),
    ],
    [
      "an acknowledgement with IDs",
      json({ ResponseCode: "8006", ResponseDescription: "No", ConversationID: "AG_1", OriginatorConversationID: "1" }),
    ],
  ])("%s", async (_, response) => {
    const { mpesa, sent, warnings } = connect(
      async (one) => (one.operation.id === "accountBalance" ? response.clone() : json({})),
      {
        maxRetries: 2,
      },
    );
    for (let nth = 0; nth < 2; nth++) {
      const error = await failure(() => mpesa.account.balance());
      expect(error["type"]).toBe("MpesaApiError");
      expect(error["hint"]).not.toMatch(/repeat it later|again later/);
    }
    // With IDs both responses are about one request.
    const once = (await response.clone().text()).includes("AG_1");
    expect(sent).toHaveLength(2);
    const error = await failure(() => mpesa.account.balance());
    expect(error["status"] === undefined).toBe(!once);
    expect(sent).toHaveLength(once ? 3 : 2);
    expect(warnings().filter((one) => one.startsWith("initiatorHeld"))).toHaveLength(once ? 0 : 1);
  });

  it("and are refusals of payouts, because nothing has moved", async () => {
    const { mpesa, sent } = connect(daraja(500, "2001", "The initiator information is invalid."), { maxRetries: 2 });
    const error = await failure(() => mpesa.b2c.pay({ phoneNumber, amount: 10, resend: true }));
    expect(error).toMatchObject({ type: "MpesaApiError", errorCode: "2001" });
    expect(error["hint"]).toBe(
      "Correct the credential before the next request: repeated rejections lock the initiator.",
    );
    expect(sent).toHaveLength(1);
  });

  it("also in the response to a repeated request, whose first response was lost", async () => {
    const rejected = daraja(500, "2001", "The initiator information is invalid.");
    const lost = (): never => {
      throw new TypeError("fetch failed");
    };
    const { mpesa, sent } = connect((one, nth) => (nth % 2 ? lost() : rejected(one, nth)), { maxRetries: 2 });
    const call = () => mpesa.b2c.pay({ phoneNumber, amount: 10, resend: true });
    for (let nth = 0; nth < 2; nth++) expect(await failure(call)).toMatchObject({ type: "MpesaOutcomeUnknownError" });
    expect(await failure(call)).toMatchObject({ type: "MpesaAuthError", status: undefined });
    expect(sent).toHaveLength(4);
  });

  it("but not of a prompt, where the same text is about the customer", async () => {
    const { mpesa, sent } = connect(daraja(500, "2001", "The initiator information is invalid."));
    for (let nth = 0; nth < 3; nth++)
      await failure(() => mpesa.stk.push({ payTo: { payBill: "174379", account: "A" }, phoneNumber, amount: 1 }));
    expect(sent).toHaveLength(3);
  });

  it("also in the results of status queries that reconcile waits for", async () => {
    const world = open({ initiatorGuard: undefined as never, answer: reconcileAnswer });
    const known = [1, 2, 3, 4].map((nth) => ({ originatorConversationId: `payout-${nth}`, amount: 10 }));
    const results = { wait: async () => ({ outcome: "unknown", resultCode: "2001" }) as const };
    const range = { from: new Date(world.clock.ms - 60 * MINUTE), to: new Date(world.clock.ms) };
    await world.mpesa.reconcile({ ...range, known: known.slice(0, 2), results });
    const report = await world.mpesa.reconcile({ ...range, known, results });
    expect(world.sent.filter(({ operation }) => operation.id === "transactionStatus")).toHaveLength(2);
    expect(report.unknown.map(({ error }) => error.type)).toEqual(known.map(() => "MpesaAuthError"));
  });
});

const statusAcknowledged = acknowledging("s");
const reconcileAnswer: Answer = (one, nth) =>
  one.operation.id === "transactionStatus"
    ? statusAcknowledged(one, nth)
    : json({ RequestID: "1", ResponseCode: "1001", ResponseMessage: "No records found" });

describe("signing goes on", () => {
  it("when ten minutes have passed since the last rejection", async () => {
    const world = open();
    await world.deliver(await balance(world), 2001);
    world.clock.ms += 9 * MINUTE;
    await world.deliver(await balance(world), 2001);
    world.clock.ms += 10 * MINUTE - 1;
    await failure(() => pay(world));
    world.clock.ms += 1;
    await pay(world);
    expect(world.sent).toHaveLength(3);
    // One rejection of this ten minutes is no pair; the next makes one, with an event of its own.
    await world.deliver(await balance(world), 2001);
    await world.deliver(await balance(world), 2001);
    await failure(() => pay(world));
    expect(world.held()).toHaveLength(2);
  });

  it("when rejections are further apart than ten minutes", async () => {
    const world = open();
    for (let nth = 0; nth < 4; nth++) {
      await world.deliver(await balance(world), 2001);
      world.clock.ms += 10 * MINUTE;
    }
    await pay(world);
    expect(world.sent).toHaveLength(5);
  });

  it("with another credential or password of the same name, at once", async () => {
    const world = open();
    await reject(world);
    const call = (initiator: object) =>
      world.mpesa.account.balance({ initiator: { name: "testapi", ...initiator } as never });
    await failure(() => call({ securityCredential: SECRET.credential }));
    await call({ securityCredential: `${"R".repeat(342)}==` });
    const wrong = { password: "Wrong-Password-1!" };
    await world.deliver((await call(wrong)) as Ids, 2001);
    await world.deliver((await call(wrong)) as Ids, 2001);
    await failure(() => call(wrong));
    await call({ password: "Right-Password-1!" });
    expect(world.sent).toHaveLength(6);
  });

  it("with another initiator of the same credential, who is not to blame", async () => {
    const world = open();
    await reject(world);
    await world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    expect(world.sent).toHaveLength(3);
    const call = () =>
      world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    await world.deliver(await call(), 2001);
    await world.deliver(await call(), 2001);
    await failure(call);
    expect(world.held()).toEqual([expect.stringContaining('"testapi"'), expect.stringContaining('"reverser"')]);
  });

  it("when the caller says so, and late results of earlier requests do not count", async () => {
    const world = open();
    const late = [await balance(world), await balance(world)];
    await reject(world);
    await failure(() => pay(world));
    await world.mpesa.initiatorGuard.reset("testapi");
    for (const ids of late) await world.deliver(ids, 2001);
    await pay(world);
    await reject(world);
    await failure(() => pay(world));
    expect(world.sent).toHaveLength(7);
  });

  it("after a success, which forgives the rejections of earlier requests", async () => {
    const world = open();
    await world.deliver(await balance(world), 2001);
    await world.deliver(await pay(world), "0");
    await world.deliver(await balance(world), 2001);
    await pay(world);
    expect(world.sent).toHaveLength(4);
  });

  it("but the rejection of a request that was signed after it still counts", async () => {
    const world = open();
    const first = await balance(world);
    const good = await pay(world);
    const last = await balance(world);
    await world.deliver(first, 2001);
    await world.deliver(last, 2001);
    await failure(() => pay(world));
    await world.deliver(good, 0);
    await world.deliver(await pay(world), 2001);
    await failure(() => pay(world));
    expect(world.sent).toHaveLength(4);
  });

  it("but not after the late success of a request from before the rejections", async () => {
    const world = open();
    const early = await pay(world);
    await reject(world);
    await world.deliver(early, 0);
    await failure(() => pay(world));
    expect(world.sent).toHaveLength(3);
  });
});

describe("a rejection with unknown ids", () => {
  const unknown = (nth: number): Ids => ({ originatorConversationId: `x-${nth}`, conversationId: `AG_x_${nth}` });

  it("counts against the only initiator", async () => {
    const world = open();
    await balance(world);
    await world.deliver(unknown(1), 2001);
    await world.deliver(unknown(1), 2001);
    await pay(world);
    await world.deliver(unknown(2), 2001);
    await failure(() => pay(world));
    expect(world.sent).toHaveLength(2);
  });

  it("is reported and ignored where there are several", async () => {
    const world = open();
    await balance(world);
    await world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    for (const nth of [1, 2, 3]) await world.deliver(unknown(nth), 2001);
    await pay(world);
    expect(world.warnings().filter((one) => one.startsWith("rejectionUnattributed"))).toHaveLength(3);
    expect(world.held()).toEqual([]);
  });

  it("counts when the response follows that names it", async () => {
    const acknowledge = acknowledging();
    let early = false;
    const world: World = open({
      answer: async (one, nth) => {
        const response = await acknowledge(one, nth);
        const { OriginatorConversationID: originatorConversationId, ConversationID: conversationId } = await response
          .clone()
          .json();
        if (early) await world.deliver({ originatorConversationId, conversationId }, 2001);
        return response;
      },
    });
    await world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    await balance(world);
    early = true;
    await balance(world);
    await balance(world);
    await failure(() => balance(world));
    await world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    expect(world.sent).toHaveLength(5);
  });

  it("is known by the id that was made before sending, when the response is lost", async () => {
    const acknowledge = acknowledging();
    const world = open({
      answer: (one, nth) => {
        if (one.operation.id === "accountBalance") return acknowledge(one, nth);
        throw new TypeError("fetch failed");
      },
    });
    await world.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    for (const id of ["own-1", "own-2"]) {
      await failure(() => world.mpesa.b2c.pay({ phoneNumber, amount: 10, originatorConversationId: id }));
      await world.deliver({ originatorConversationId: id, conversationId: `AG_${id}` }, 2001);
    }
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError", status: undefined });
  });

  it("is never taken from the payout that a status query asks about", async () => {
    const world = open();
    const other = { name: "auditor", securityCredential: `${"R".repeat(342)}==` };
    for (const id of ["own-1", "own-2"]) {
      await world.mpesa.b2c.pay({ phoneNumber, amount: 10, originatorConversationId: id });
      await world.mpesa.transactions.status({ originatorConversationId: id, initiator: other });
      const body = {
        Initiator: other.name,
        SecurityCredential: other.securityCredential,
        OriginatorConversationID: id,
      };
      await world.mpesa.raw.POST("/mpesa/transactionstatus/v1/query", { body: body as never });
      await world.deliver({ originatorConversationId: id }, 2001);
    }
    await failure(() => pay(world));
    await world.mpesa.account.balance({ initiator: other });
  });
});

describe("many at once", () => {
  it("a hundred payouts all leave, since nothing is known yet; the next one does not", async () => {
    const world = open();
    const acknowledged = await Promise.all(Array.from({ length: 100 }, () => pay(world)));
    expect(world.sent).toHaveLength(100);
    await Promise.all(acknowledged.map((ids) => world.deliver(ids, 2001)));
    await failure(() => pay(world));
    expect(world.sent).toHaveLength(100);
    expect(world.held()).toHaveLength(1);
  });

  it("two thousand requests between a request and its result are remembered", async () => {
    const world = open();
    const other = { name: "reverser", securityCredential: SECRET.credential };
    await world.mpesa.account.balance({ initiator: other });
    const first = [await pay(world), await pay(world)];
    for (let nth = 0; nth < 2000; nth++) await world.mpesa.account.balance({ initiator: other });
    for (const ids of first) await world.deliver(ids, 2001);
    await failure(() => pay(world));
  });
});

describe("an unlisted code of a signed query", () => {
  const queries = signed.filter(({ operation }) => ["accountBalance", "transactionStatus"].includes(operation));
  it.each(
    queries.flatMap(({ name, run }) =>
      [
        { status: 500, body: { requestId: "1", errorCode: "500.999.99", errorMessage: "Something else" } },
        { status: 503, body: { requestId: "1", errorCode: "TP40199", errorMessage: "Something else" } },
        { status: 200, body: { ResponseCode: "9", ResponseDescription: "Something else" } },
        { status: 500, body: { fault: { faultstring: "Weird", detail: { errorcode: "weird.fault" } } } },
      ].map((response) => ({ name, run, ...response })),
    ),
  )("is not repeated, and nobody is advised to: $name, $status $body", async ({ run, status, body }) => {
    const { mpesa, sent } = connect(() => json(body, status), { maxRetries: 2 });
    const error = await failure(() => run(mpesa));
    expect(sent).toHaveLength(1);
    expect(error["hint"]).toBe(
      "Check the credential and the role of the initiator: this may be a rejection, and repeated rejections lock the initiator.",
    );
  });

  it("is not resent either, when a payout may be", async () => {
    const { mpesa, sent } = connect(daraja(500, "500.999.99", "Something else"), { maxRetries: 2 });
    const error = await failure(() => mpesa.b2c.pay({ phoneNumber, amount: 10, resend: true }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(sent).toHaveLength(1);
  });

  it("is repeated where no initiator signs", async () => {
    const { mpesa, sent } = connect(daraja(500, "500.999.99", "Something else"), { maxRetries: 2 });
    const error = await failure(() => mpesa.stk.query({ checkoutRequestId: "ws_CO_1" }));
    expect(sent).toHaveLength(3);
    expect(error["hint"]).toContain("repeat it later");
  });
});

describe("a guard", () => {
  it("is not made of wrong options, and says so at once", async () => {
    const error = await failure(async () => createInitiatorGuard({ store: {}, onEvent: 1, clock: {} } as never));
    expect(error["type"]).toBe("MpesaConfigError");
    expect((error["issues"] as { field: string }[]).map(({ field }) => field)).toEqual(["store", "onEvent", "clock"]);
  });

  it("is the only thing that passes for one", async () => {
    const guards = [null, {}, { observe: () => undefined }, "guard"];
    for (const initiatorGuard of guards) {
      const error = await failure(async () => connect(undefined, { initiatorGuard } as never));
      expect((error["issues"] as { field: string }[]).map(({ field }) => field)).toEqual(["initiatorGuard"]);
    }
    expect(() => open({ guard: {} as never })).toThrow(/initiatorGuard/);
  });

  it("of the client's own can be had for the handler", async () => {
    const { mpesa } = connect();
    expect(mpesa.initiatorGuard.observe).toBeInstanceOf(Function);
    expect(open().mpesa.initiatorGuard).toBeDefined();
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no clock");
      },
    ],
    ["gives nonsense", () => Number.NaN],
    ["is far away", () => 1e300],
  ])("with a clock that %s goes by the real one", async (_, now) => {
    const guard = createInitiatorGuard({ clock: { now } });
    const world = open({ guard });
    await reject(world);
    await failure(() => pay(world));
    expect(world.held()).toHaveLength(1);
  });

  it("whose listener throws stops nothing", async () => {
    const onEvent = (): never => {
      throw new Error("broken");
    };
    const world = open({ guard: createInitiatorGuard({ onEvent }) });
    await reject(world);
    expect(await failure(() => pay(world))).toMatchObject({ type: "MpesaAuthError" });
  });

  it("reports to its own listener instead of the client's", async () => {
    const heard: string[] = [];
    const world = open({ guard: createInitiatorGuard({ onEvent: (event) => void heard.push(event.type) }) });
    await reject(world);
    expect([heard, world.held()]).toEqual([["warning"], []]);
  });
});
