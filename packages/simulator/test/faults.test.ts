import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { NetworkFault } from "../src/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";

describe("network faults", () => {
  it.each<[NetworkFault, string | number, boolean]>([
    ["refuse", "ECONNREFUSED", false],
    ["reset", "ECONNRESET", false],
    ["dropAnswer", "ECONNRESET", true],
    ["gatewayTimeout", 504, true],
    ["html503", 503, false],
    ["html403", 403, false],
    ["spikeArrest", 429, false],
  ])("%s", async (fault, seen, processed) => {
    const one = bench();
    one.daraja.next("b2c", { fault });
    const answer = await one
      .send("b2cPaymentV3", goodRequest("b2cPaymentV3"))
      .catch((error: { cause: { code: string } }) => error.cause.code);
    expect(typeof answer === "string" ? answer : answer.status).toBe(seen);
    await one.daraja.settled();
    expect(one.received).toHaveLength(processed ? 1 : 0);
    expect(one.daraja.ledger.transactions).toHaveLength(processed ? 1 : 0);
    expect(one.daraja.requests.at(-1)?.note).toContain(fault === "dropAnswer" ? "reset, after processing" : "");
    expect((await one.send("b2cPaymentV1", goodRequest("b2cPaymentV1"))).status).toBe(200);
  });

  it("can be processed or not, as asked", async () => {
    const one = bench();
    one.daraja.next("stk", { fault: "html503", processed: true });
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.received).toHaveLength(1);
  });

  it("stalls until the caller gives up", async () => {
    const one = bench();
    const token = await one.token();
    one.daraja.next("any", { fault: "stall" });
    const request = {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    };
    await expect(
      one.daraja.fetch("https://x.test/mpesa/stkpush/v1/processrequest", {
        ...request,
        signal: AbortSignal.timeout(20),
      }),
    ).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("hold until taken off, and what is queued goes first", async () => {
    const one = bench();
    await one.token();
    await one.send("qrGenerate", goodRequest("qrGenerate"));
    const off = one.daraja.always("any", { fault: "html503" });
    one.daraja.next("qr", { fault: "html403" });
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await one.send("qrGenerate", goodRequest("qrGenerate"))).status);
    off();
    statuses.push((await one.send("qrGenerate", goodRequest("qrGenerate"))).status);
    expect(statuses).toEqual([403, 503, 503, 200]);
  });

  it("are refused when they do not exist", () => {
    const { daraja } = bench();
    expect(() => daraja.next("nothing" as "any", {})).toThrow(/no operation or product/);
    expect(() => daraja.next("stk", { fault: "fire" as "reset" })).toThrow(/fault must be one of/);
    expect(() => daraja.next("stk", { code: "1" } as object)).toThrow(/no field "code"/);
  });

  it.each([
    [null, "the scenario must be an object, not null"],
    [{ resultCode: 0 }, 'resultCode must be a code as a text, such as "1032", not 0'],
    [{ resultCode: "" }, 'resultCode must be a code as a text, such as "1032", not an empty text'],
    [{ resultCode: "00000000" }, 'success is written "0" here'],
    [{ resultCode: "00" }, 'success is written "0" here'],
    [{ resultCode: "bogus" }, 'resultCode "bogus" is no code of the spec, and does not look like one'],
    [{ errorCode: 400 }, "errorCode must be a code as a text"],
    [{ errorCode: "made up" }, 'errorCode "made up" is no code of the spec'],
    [{ timeout: "yes" }, "timeout must be true or false"],
    [{ errorCode: "400.002.02", status: 99 }, "status must be a number from 200 to 599, not 99"],
    [{ errorCode: "400.002.02", status: 400.5 }, "status must be a whole number"],
    [{ errormessage: "x" }, 'there is no field "errormessage" (did you mean "errorMessage"?)'],
    [{ errorMessage: "x" }, "errorMessage has no effect without errorCode"],
    [{ processed: true }, "processed has no effect without fault"],
    [
      { resultDescription: "x", status: 400 },
      "has no effect without resultCode; status has no effect without errorCode",
    ],
  ])("are refused when a value makes no sense: %j", (scenario, sentence) => {
    expect(() => bench().daraja.next("b2c", scenario as object)).toThrow(sentence);
  });

  it.each([
    ["qr", { timeout: true }, "it has no queue that could give up"],
    ["stk", { timeout: true }, "it has no queue that could give up"],
    ["stkQuery", { callback: "lost" }, "nothing is posted after it"],
    ["c2bRegisterV2", { callback: "lost" }, "nothing is posted after it"],
    ["token", { resultCode: "1" }, "it has no results"],
    ["token", { responseCode: "1" }, "it is not acknowledged with a code"],
  ] as const)("are refused when they can have no effect: %s %j", (target, scenario, why) => {
    expect(() => bench().daraja.next(target, scenario)).toThrow(`can have no effect for "${target}": ${why}`);
  });

  it("take any error code that looks like one, with a status that can be sent", async () => {
    const one = bench();
    await one.token();
    for (const errorCode of ["999.1", "steps.made.Up"]) {
      one.daraja.next("qr", { errorCode });
      const { status, body } = await one.send("qrGenerate", goodRequest("qrGenerate"));
      expect([status, body["errorCode"]]).toEqual([500, errorCode]);
    }
  });
});

describe("callbacks", () => {
  const pay = async (callback: "duplicate" | "late" | "early" | "lost" | "reordered", before: string[] = []) => {
    const one = bench({
      answer: ({ url }) => {
        before.push(url);
        return Response.json({});
      },
    });
    one.daraja.customer(PHONE).always("pay");
    one.daraja.next("stk", { callback });
    await one.send("stkPush", goodRequest("stkPush"));
    before.push("answered");
    return { one, order: before };
  };

  it("come twice", async () => {
    const { one } = await pay("duplicate");
    await one.daraja.settled();
    expect(one.received).toHaveLength(2);
    expect(one.received[0]?.body).toEqual(one.received[1]?.body);
  });

  it("come late", async () => {
    const { one } = await pay("late");
    await one.daraja.advance(60_000);
    expect(one.received).toHaveLength(0);
    await one.daraja.advance(10_000);
    expect(one.received).toHaveLength(1);
  });

  it("come before the answer", async () => {
    const { one, order } = await pay("early");
    expect(order).toEqual([expect.stringContaining("/stk/callback"), "answered"]);
    expect(one.daraja.customer(PHONE).balance).toBe(49_999);
  });

  it("come before the answer for payouts too", async () => {
    const one = bench();
    one.daraja.next("b2c", { callback: "early" });
    await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
    expect(one.received).toHaveLength(1);
    await one.daraja.settled();
    expect(one.received).toHaveLength(1);
  });

  it("never come, and can be posted again by hand", async () => {
    const { one } = await pay("lost");
    await one.daraja.settled();
    expect(one.received).toHaveLength(0);
    const [callback] = one.daraja.callbacks;
    expect(callback?.state).toBe("lost");
    await one.daraja.replay(callback?.id ?? "");
    expect(one.received).toHaveLength(1);
    expect(one.daraja.callbacks[0]?.state).toBe("delivered");
    await expect(one.daraja.replay("nothing")).rejects.toThrow(/no callback/);
  });

  it("come in another order", async () => {
    const { one } = await pay("reordered");
    await one.daraja.advance(5_000);
    const second = { ...goodRequest("stkPush"), PhoneNumber: "254722222222", PartyA: "254722222222" };
    one.daraja.customer("254722222222").enterPin();
    await one.send("stkPush", second);
    await one.daraja.advance(5_000);
    const phones = one.received.map(({ body }) => JSON.stringify(body).match(/"PhoneNumber","Value":(\d+)/)?.[1]);
    expect(phones).toEqual(["254722222222", PHONE]);
    await one.daraja.settled();
    expect(one.received).toHaveLength(2);
  });

  it("in another order come once, when several end at the same time", async () => {
    const one = bench({
      clock: "real",
      delays: { promptMs: 1, processingMs: 1 },
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return Response.json({});
      },
    });
    for (const [index, phone] of [PHONE, "254722222222", "254733333333"].entries()) {
      one.daraja.customer(phone).enterPin();
      if (index === 0) one.daraja.next("stk", { callback: "reordered" });
      await one.send("stkPush", { ...goodRequest("stkPush"), PartyA: phone, PhoneNumber: phone });
    }
    await expect.poll(() => one.daraja.callbacks.map(({ state }) => state)).toEqual(Array(3).fill("delivered"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.received).toHaveLength(3);
    one.daraja.close();
  });

  it("are recorded with what the endpoint said", async () => {
    const one = bench({ answer: () => new Response("no", { status: 500 }) });
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.daraja.callbacks[0]).toMatchObject({
      state: "failed",
      attempts: [{ status: 500, body: "no", problem: "answered with status 500" }],
    });
    expect(one.received).toHaveLength(1);
  });

  it("follow no redirect, and leave this machine only by name", async () => {
    const one = bench({
      answer: () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } }),
    });
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.daraja.callbacks[0]?.attempts[0]?.problem).toMatch(/redirects are not followed/);
    for (const url of [
      "https://elsewhere.test/a",
      "https://example.com.elsewhere.test/a",
      "http://127.0.0.1.elsewhere.test/a",
    ]) {
      await one.send("stkPush", { ...goodRequest("stkPush"), CallBackURL: url });
      await expect(one.daraja.settled(), url).rejects.toThrow("callbacks go to this machine only");
      expect(one.daraja.callbacks.at(-1), url).toMatchObject({ state: "blocked" });
    }
    for (const url of ["http://localhost:9/a", "http://127.1.2.3:9/a", "http://[::1]:9/a"]) {
      await one.send("stkPush", { ...goodRequest("stkPush"), CallBackURL: url });
      await one.daraja.settled();
      expect(one.daraja.callbacks.at(-1)?.attempts[0]?.status, url).toBe(302);
    }
    expect(one.received.map(({ url }) => new URL(url).hostname)).toEqual([
      "example.com",
      "localhost",
      "127.1.2.3",
      "[::1]",
    ]);
  });
});

describe("time", () => {
  it("is moved on a virtual clock only", async () => {
    const real = bench({ clock: "real" }).daraja;
    await expect(real.advance(1)).rejects.toThrow(/virtual/);
    await expect(bench().daraja.advance(-1)).rejects.toThrow(/^ms must be a number from 0 to \d+, not -1$/);
    real.close();
  });

  it("runs by itself on a real clock", async () => {
    const one = bench({ clock: "real", delays: { promptMs: 5, processingMs: 5 } });
    one.daraja.customer(PHONE).enterPin();
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.received).toHaveLength(1);
    one.daraja.close();
  });
});

it("the core needs nothing but web standards", () => {
  const source = new URL("../src/", import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.startsWith("server"),
  );
  expect(files.length).toBeGreaterThan(30);
  for (const name of files) {
    const text = readFileSync(new URL(name, source), "utf8");
    expect(text, name).not.toMatch(/from "node:|import\("node:|\bBuffer\.|\bprocess\.(?:env|exit|argv|std|on|pid|cwd)/);
  }
});
