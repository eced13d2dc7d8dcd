import { describe, expect, test, vi } from "vitest";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { accept, type CallbackContext, type CallbackHandlerOptions, reject } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, recording, sleep } from "./setup.ts";

const payload = body("c2bValidation-pay-bill");
type Validate = NonNullable<NonNullable<CallbackHandlerOptions["on"]>["c2bValidation"]>;

async function ask(
  validate: Validate | undefined,
  options: Partial<CallbackHandlerOptions> = {},
  sent: unknown = payload,
) {
  const { handler, notices } = recording({ on: validate ? { c2bValidation: validate } : {}, ...options });
  const answer = await handler(post(await handler.url("c2bValidation", { reference: "600638" }), sent));
  return { status: answer.status, reply: await answer.json(), notices };
}

describe("a C2B validation", () => {
  test("is decided by your function, which sees the payment and your reference", async () => {
    const { reply, notices } = await ask((event) => {
      expect(event).toMatchObject({ kind: "c2bValidation", reference: "600638", route: "c2bValidation" });
      return event.amount?.value === 10 ? accept({ thirdPartyTransId: "T-1" }) : reject("C2B00013");
    });
    expect(reply).toStrictEqual({ ResultCode: "0", ResultDesc: "Accepted", ThirdPartyTransID: "T-1" });
    expect(notices).toEqual([]);
    expect((await ask(async () => reject("C2B00012"))).reply).toStrictEqual({
      ResultCode: "C2B00012",
      ResultDesc: "Rejected",
    });
  });

  test.each<[string, Validate | undefined, unknown, string]>([
    [
      "throws",
      () => {
        throw new RangeError("db password is hunter2");
      },
      payload,
      "RangeError",
    ],
    ["rejects", async () => Promise.reject(new RangeError("no")), payload, "RangeError"],
    ["returns nothing", (() => undefined) as unknown as Validate, payload, "undecided"],
    ["returns something else", (() => true) as unknown as Validate, payload, "undecided"],
    ["is missing", undefined, payload, "undecided"],
    ["would get something else", () => accept(), { nothing: "known" }, "undecided"],
  ])("gets the default answer when the function %s", async (_what, validate, sent, reason) => {
    const { status, reply, notices } = await ask(validate, {}, sent);
    expect(status).toBe(200);
    expect(reply).toStrictEqual({ ResultCode: "C2B00016", ResultDesc: "Rejected" });
    expect(notices).toContainEqual({ type: "defaulted", reason });
    expect(JSON.stringify([reply, notices])).not.toContain("hunter2");
    const accepting = await ask(validate, { validationDefault: accept() }, sent);
    expect(accepting.reply).toMatchObject({ ResultCode: "0" });
  });

  test("gets the default answer when the function is late, which is told so", async () => {
    let given: CallbackContext | undefined;
    const answered = Promise.withResolvers<never>();
    const { reply, notices } = await ask(
      async (_event, context) => {
        given = context;
        return answered.promise;
      },
      { validationTimeoutMs: 50 },
    );
    expect(reply).toMatchObject({ ResultCode: "C2B00016" });
    expect(given?.signal?.aborted).toBe(true);
    expect(notices).toEqual([{ type: "defaulted", reason: "late" }]);
    answered.reject(new Error("too late to matter"));
    // An unhandled rejection would end the run.
    await sleep(0);
  });

  test("counts the time of a slow body, and asks nobody once that has used it up", async () => {
    let asked = 0;
    let send: (() => void) | undefined;
    const { handler, notices } = recording({
      validationTimeoutMs: 20,
      on: {
        c2bValidation: () => {
          asked += 1;
          return accept();
        },
      },
    });
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        send = () => {
          controller.enqueue(new TextEncoder().encode(JSON.stringify(payload)));
          controller.close();
        };
      },
    });
    const url = await handler.url("c2bValidation");
    const answer = await handler(new Request(url, { method: "POST", body: slow, duplex: "half" } as RequestInit));
    expect(await answer.json()).toMatchObject({ ResultCode: "C2B00016" });
    send?.();
    await sleep(20);
    expect(asked).toBe(0);
    expect(notices).toEqual([{ type: "defaulted", reason: "late" }]);
  });

  test("is asked again each time, with an inbox too", async () => {
    let asked = 0;
    const { handler } = recording({
      inbox: memoryInbox(),
      on: {
        c2bValidation: () => {
          asked += 1;
          return accept();
        },
      },
    });
    const url = await handler.url("c2bValidation");
    for (let time = 1; time <= 3; time += 1) {
      expect(await (await handler(post(url, payload))).json()).toMatchObject({ ResultCode: "0" });
      expect(asked).toBe(time);
    }
  });

  test("does not wait for a deadline that is not needed", async () => {
    const { handler } = recording({ on: { c2bValidation: () => accept() } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await handler(post(await handler.url("c2bValidation"), payload));
      // A timer that is left behind would keep the process alive.
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
