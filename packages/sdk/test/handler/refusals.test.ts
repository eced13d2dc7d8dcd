import { describe, expect, test } from "vitest";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { forwardedAddress, safaricomAddresses } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { BASE_URL, post, ROUTES, recording, urlOf } from "./setup.ts";

const payload = body("stk-paid");

describe("the method", () => {
  test.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "%s is 405 on a signed path and 404 elsewhere",
    async (method) => {
      const { handler, calls, notices } = recording();
      const answer = await handler(new Request(await handler.url("stk"), { method }));
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")).toBe("POST");
      const elsewhere = await handler(new Request(`${BASE_URL}/stk/x`, { method }));
      expect([elsewhere.status, elsewhere.headers.get("allow")]).toEqual([404, null]);
      expect(calls).toEqual([]);
      expect(notices.map((notice) => "reason" in notice && notice.reason)).toEqual(["method", "path"]);
    },
  );
});

describe("the body", () => {
  test("of an unsigned request is never read", async () => {
    const { handler } = recording();
    let wasRead = false;
    const stream = new ReadableStream(
      {
        pull: () => {
          wasRead = true;
        },
      },
      { highWaterMark: 0 },
    );
    const request = new Request(`${BASE_URL}/stk/x`, { method: "POST", body: stream, duplex: "half" } as RequestInit);
    expect((await handler(request)).status).toBe(404);
    expect(wasRead).toBe(false);
  });

  test("may have exactly the limit, and not one byte more", async () => {
    const { handler, calls, notices } = recording({ maxBodyBytes: 1000 });
    const url = await handler.url("stk");
    const padded = (size: number): string => JSON.stringify(payload).padEnd(size, " ");
    expect((await handler(post(url, padded(1000)))).status).toBe(200);
    expect((await handler(post(url, padded(1001)))).status).toBe(413);
    expect(calls).toHaveLength(1);
    expect(notices).toContainEqual({ type: "refused", status: 413, reason: "size", kind: "stk" });
  });

  test("is 64 KiB at most by default, counted in bytes", async () => {
    const { handler } = recording();
    const url = await handler.url("stk");
    expect((await handler(post(url, JSON.stringify("é".repeat(32_767))))).status).toBe(200);
    expect((await handler(post(url, JSON.stringify("é".repeat(32_768))))).status).toBe(413);
  });

  const nested = (levels: number, open = "[", close = "]"): string => `${open.repeat(levels)}${close.repeat(levels)}`;
  const inSuccess = (value: string): string => JSON.stringify({ ...payload, Deep: "?" }).replace('"?"', () => value);

  test.each(ROUTES)("nested 20,000 levels deep is 400 and reaches onFailed: $kind $product", async (route) => {
    const objects = `${'{"a":'.repeat(10_000)}0${"}".repeat(10_000)}`;
    const mixed = `${'[{"a":'.repeat(7_000)}0${"}]".repeat(7_000)}`;
    for (const inbox of [undefined, memoryInbox()]) {
      for (const text of [nested(20_000), objects, mixed, inSuccess(nested(20_000)), nested(101)]) {
        const failed: unknown[] = [];
        const { handler, calls, notices } = recording({
          ...(inbox && { inbox }),
          onFailed: (received) => failed.push(received),
        });
        const answer = await handler(post(await urlOf(handler, route), text, {}));
        expect(answer.status).toBe(400);
        expect(calls).toEqual([]);
        expect(failed).toMatchObject([{ kind: route.kind, reference: "INV-1042", payload: text }]);
        expect(notices).toMatchObject([
          { type: "failed", stage: "json", error: "RangeError" },
          { type: "refused", status: 400, reason: "json", length: text.length },
        ]);
      }
      expect((await inbox?.pending(9)) ?? []).toEqual([]);
    }
  });

  test("may be nested 100 levels deep", async () => {
    const { handler, calls } = recording({ inbox: memoryInbox() });
    const text = inSuccess(nested(99));
    expect((await handler(post(await handler.url("stk"), text))).status).toBe(200);
    expect(calls).toMatchObject([{ kind: "stk", event: { outcome: "succeeded", raw: JSON.parse(text) } }]);
  });

  test("without an end is cut off at the limit", async () => {
    const { handler, calls } = recording();
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(32));
      },
      // A sender that never lets go must not hold up the answer.
      cancel: () => new Promise(() => undefined),
    });
    const request = new Request(await handler.url("stk"), {
      method: "POST",
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect((await handler(request)).status).toBe(413);
    expect(sent).toBeLessThan(80_000);
    expect(calls).toEqual([]);
  });

  test("may claim any content type", async () => {
    const { handler, calls } = recording();
    const url = await handler.url("stk");
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=ISO-8859-1",
      "nonsense",
    ]) {
      expect((await handler(post(url, payload, { headers: { "content-type": type } }))).status).toBe(200);
    }
    const bytes = new TextEncoder().encode(`\ufeff${JSON.stringify(payload)}`);
    expect((await handler(new Request(url, { method: "POST", body: bytes }))).status).toBe(200);
    expect(calls.map(({ kind }) => kind)).toEqual(Array(5).fill("stk"));
  });

  test.each(["", "{", "not json", '{"a":1,}', "<xml/>"])("%j is 400, and is handed over all the same", async (text) => {
    const failed: unknown[] = [];
    const { handler, calls, notices } = recording({ onFailed: (received) => failed.push(received) });
    const answer = await handler(post(await handler.url("stk", { reference: "INV-1" }), text));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe("");
    expect(calls).toEqual([]);
    expect(failed).toMatchObject([{ kind: "stk", reference: "INV-1", payload: text }]);
    expect(notices).toContainEqual({ type: "refused", status: 400, reason: "json", kind: "stk", length: text.length });
  });

  test("that was broken on the way loses its credential before anyone sees it", async () => {
    const failed: unknown[] = [];
    const { handler } = recording({ onFailed: (received) => failed.push(received) });
    const url = await handler.url("timeout", { product: "b2c" });
    const texts = [
      '{"SecurityCredential":"s3cr3t\\/with\\"quote","Amount":1',
      '{"securityCredential" : "s3cr3t',
      '"{\\"SecurityCredential\\":\\"s3cr3t',
      "{'SecurityCredential':'s3cr3t'}",
      "SecurityCredential=s3cr3t&x=1",
      "<SecurityCredential>s3cr3t</SecurityCredential>",
    ];
    for (const text of texts) await handler(post(url, text));
    expect(failed).toHaveLength(texts.length);
    expect(JSON.stringify(failed)).not.toContain("s3cr3t");
    expect(JSON.stringify(failed)).not.toContain("quote");
  });

  test("that someone has read already is an error, not a hang or a stack trace", async () => {
    const { handler, notices } = recording();
    const request = post(await handler.url("stk"), payload);
    await request.text();
    const answer = await handler(request);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe("");
    expect(notices).toEqual([{ type: "refused", status: 500, reason: "bodyUsed", kind: "stk" }]);
  });
});

describe("the address", () => {
  const [good = ""] = safaricomAddresses.published;
  const from = (address: string | undefined): object => ({ remoteAddress: address });

  test("must be on the list, if there is one", async () => {
    const { handler, calls, notices } = recording({ allowedAddresses: safaricomAddresses.published });
    const url = await handler.url("stk");
    expect((await handler(post(url, payload), from(good))).status).toBe(200);
    expect((await handler(post(url, payload), from(`::ffff:${good}`))).status).toBe(200);
    expect(calls).toHaveLength(2);
    for (const address of ["203.0.113.9", "", undefined, `${good}0`, `0${good}`, "::1", good.replace(/\d$/, "")]) {
      expect((await handler(post(url, payload), from(address))).status).toBe(403);
    }
    expect((await handler(post(url, payload))).status).toBe(403);
    expect(calls).toHaveLength(2);
    expect(notices).toContainEqual({
      type: "refused",
      status: 403,
      reason: "address",
      kind: "stk",
      address: "203.0.113.9",
    });
  });

  test("is asked for after the signature only, and before the body", async () => {
    let asked = 0;
    const { handler } = recording({
      allowedAddresses: [good],
      clientAddress: () => {
        asked += 1;
        return "203.0.113.9";
      },
    });
    expect((await handler(post(`${BASE_URL}/stk/x`, payload), from(good))).status).toBe(404);
    expect(asked).toBe(0);
    expect((await handler(post(await handler.url("stk"), "x".repeat(100_000)), from(good))).status).toBe(403);
    expect(asked).toBe(1);
  });

  test("an empty list lets nobody in", async () => {
    const { handler } = recording({ allowedAddresses: [] });
    expect((await handler(post(await handler.url("stk"), payload), from(good))).status).toBe(403);
  });

  test("gains nothing from a forged header on the left", async () => {
    const { handler, calls } = recording({
      allowedAddresses: safaricomAddresses.published,
      clientAddress: (request) => forwardedAddress(request, { trustedHops: 2 }),
    });
    const url = await handler.url("stk");
    const send = async (header: string | undefined): Promise<number> =>
      (await handler(post(url, payload, { headers: header === undefined ? {} : { "x-forwarded-for": header } })))
        .status;
    // Two proxies: the outer one adds the client, the inner one adds the outer one.
    expect(await send(`${good}, 10.0.0.1`)).toBe(200);
    expect(await send(`203.0.113.9, ${good}, 10.0.0.1`)).toBe(200);
    expect(await send(`${good}:49152, 10.0.0.1`)).toBe(200);
    expect(calls).toHaveLength(3);
    expect(await send(`${good}, 203.0.113.9, 10.0.0.1`)).toBe(403);
    expect(await send(`${good},${good},${good}, 203.0.113.9, 10.0.0.1`)).toBe(403);
    expect(await send(good)).toBe(403);
    expect(await send("")).toBe(403);
    expect(await send(undefined)).toBe(403);
    expect(calls).toHaveLength(3);
  });

  test("hops are a whole number from 1", () => {
    const request = new Request(BASE_URL, { headers: { "x-real-chain": "a, b" } });
    expect(forwardedAddress(request, { trustedHops: 1, header: "x-real-chain" })).toBe("b");
    for (const trustedHops of [0, -1, 1.5, Number.NaN])
      expect(() => forwardedAddress(request, { trustedHops })).toThrow(RangeError);
  });

  test("the published list is dated", () => {
    expect(safaricomAddresses.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(safaricomAddresses.published).toHaveLength(12);
  });
});
