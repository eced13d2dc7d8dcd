import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE_URL, OLD_SECRET, post, ROUTES, recording, SECRET, urlOf } from "./setup.ts";

const WORDS = /mpesa|safaricom|exec?|cmd|sql|query/;
const REFERENCE = fc
  .string({ unit: "binary", maxLength: 40 })
  .filter((text) => new TextEncoder().encode(text).length <= 64);

/** The status that a URL gets, after making sure that a refused one reached nobody. */
async function statusOf(url: string, options = {}): Promise<number> {
  const { handler, calls } = recording(options);
  const { status } = await handler(post(url, ROUTES[0]?.payload));
  if (status === 404) expect(calls).toEqual([]);
  return status;
}

describe("a signed URL", () => {
  test.each(ROUTES)("for $kind $product brings kind and reference back", async (route) => {
    const { handler, calls } = recording({
      on: { c2bValidation: () => ({ ResultCode: "0", ResultDesc: "Accepted" }) },
    });
    const url = await urlOf(handler, route, "Rechnung Nr. 7/ü 🎉");
    const answer = await handler(post(url, route.payload));
    expect(answer.status).toBe(200);
    if (route.kind === "c2bValidation") return;
    expect(calls).toMatchObject([{ kind: route.kind, reference: "Rechnung Nr. 7/ü 🎉", event: { route: route.kind } }]);
    if (route.product) expect(calls[0]?.event).toMatchObject({ product: route.product });
  });

  test("brings any reference back, byte for byte", async () => {
    const { handler, calls } = recording();
    await fc.assert(
      fc.asyncProperty(REFERENCE, async (reference) => {
        const { status } = await handler(post(await handler.url("stk", { reference }), ROUTES[0]?.payload));
        expect(status).toBe(200);
        expect(calls.pop()?.reference).toBe(reference);
      }),
    );
  });

  test("brings a byte order mark back, too", async () => {
    const { handler, calls } = recording();
    await handler(post(await handler.url("stk", { reference: "\ufeffINV-1" }), ROUTES[0]?.payload));
    expect(calls[0]?.reference).toBe("\ufeffINV-1");
  });

  test("is short, https, and adds no word that Safaricom refuses", async () => {
    const { handler } = recording();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROUTES),
        REFERENCE,
        fc.option(fc.integer({ min: 1 })),
        async (route, reference, expiresInMs) => {
          const options = {
            reference,
            ...(expiresInMs && { expiresInMs }),
            ...(route.product && { product: route.product }),
          };
          const url = await handler.url(route.kind as "stk", options);
          expect(url.length).toBeLessThan(255);
          expect(url.startsWith(`${BASE_URL}/`)).toBe(true);
          const added = url.slice(BASE_URL.length).toLowerCase();
          expect(added).not.toMatch(WORDS);
          expect(added.replace(/[^a-z0-9]/g, "")).not.toMatch(WORDS);
        },
      ),
    );
    const typical = await handler.url("stk", { reference: "INV-1042" });
    expect(typical.length).toBeLessThan(130);
  });

  test("is the same for the same input, and has a host in small letters", async () => {
    const { handler } = recording({ baseUrl: "https://PAY.Example.com/Hooks/" });
    const url = await handler.url("stk", { reference: "a" });
    expect(url).toBe(await handler.url("stk", { reference: "a" }));
    expect(url).toMatch(/^https:\/\/pay\.example\.com\/Hooks\/stk\//);
    expect(await statusOf(url, { baseUrl: "https://pay.example.com/Hooks" })).toBe(200);
  });

  test("needs no reference", async () => {
    const { handler, calls } = recording();
    await handler(post(await handler.url("stk"), ROUTES[0]?.payload));
    expect(calls).toMatchObject([{ reference: "" }]);
  });

  test("works at the root, and where a router has cut the path", async () => {
    const root = recording({ baseUrl: "https://pay.example.com" });
    expect((await root.handler(post(await root.handler.url("stk"), ROUTES[0]?.payload))).status).toBe(200);
    const cut = recording({ basePath: "/" });
    const url = (await cut.handler.url("stk")).replace("/hooks/", "/");
    expect((await cut.handler(post(url, ROUTES[0]?.payload))).status).toBe(200);
  });
});

describe("nobody gets in with", () => {
  test("an unsigned path", async () => {
    for (const path of [
      "",
      "/",
      "/stk",
      "/stk/",
      "/stk/494e56-0",
      `/stk/494e56-0-${"0".repeat(64)}`,
      "/../hooks/stk",
    ]) {
      expect(await statusOf(BASE_URL + path)).toBe(404);
    }
    expect(await statusOf("https://pay.example.com/")).toBe(404);
  });

  test("any single character of the path changed", async () => {
    const { handler } = recording();
    const url = await handler.url("b2c", { reference: "INV-1042", expiresInMs: 60_000 });
    for (let index = BASE_URL.length + 1; index < url.length; index += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const changed = url.slice(0, index) + String.fromCharCode(url.charCodeAt(index) ^ bit) + url.slice(index + 1);
        // A ? or # ends the path, and a control character is dropped by URL itself.
        expect(await statusOf(changed), changed).toBe(404);
      }
    }
  });

  test("anything cut off or put on", async () => {
    const { handler } = recording();
    const url = await handler.url("stk", { reference: "INV-1042" });
    for (let length = BASE_URL.length; length < url.length; length += 1)
      expect(await statusOf(url.slice(0, length))).toBe(404);
    for (const extra of ["0", "00", "/", "/x", "-", "%00", "%20", "=", "."])
      expect(await statusOf(url + extra), extra).toBe(404);
    expect(await statusOf(url.replace("/stk/", "//stk/"))).toBe(404);
    expect(await statusOf(url.replace("/hooks/", "/other/"))).toBe(404);
    expect(await statusOf(url.replace("/stk/", "/%73tk/"))).toBe(404);
    expect(await statusOf(url.replace(/[^/]+$/, (token) => token.toUpperCase()))).toBe(404);
  });

  test("another kind, product, reference or expiry", async () => {
    const { handler } = recording();
    for (const route of ROUTES) {
      const own = new URL(await urlOf(handler, route)).pathname.split("/");
      for (const other of ROUTES) {
        const [, , kind] = new URL(await urlOf(handler, other)).pathname.split("/");
        if (kind !== own[2]) expect(await statusOf(`${BASE_URL}/${kind}/${own[3]}`)).toBe(404);
      }
    }
    const [reference, expiry, mac] =
      (await handler.url("stk", { reference: "INV-1", expiresInMs: 1000 })).split("/").at(-1)?.split("-") ?? [];
    const [otherReference] = (await handler.url("stk", { reference: "INV-2" })).split("/").at(-1)?.split("-") ?? [];
    expect(await statusOf(`${BASE_URL}/stk/${reference}-${expiry}-${mac}`)).toBe(200);
    expect(await statusOf(`${BASE_URL}/stk/${otherReference}-${expiry}-${mac}`)).toBe(404);
    expect(await statusOf(`${BASE_URL}/stk/${reference}-0-${mac}`)).toBe(404);
    expect(await statusOf(`${BASE_URL}/stk/${reference}-0${expiry}-${mac}`)).toBe(404);
  });

  test("random changes", async () => {
    const { handler } = recording();
    const url = await handler.url("stk", { reference: "INV-1042" });
    const own = new URL(url).pathname;
    await fc.assert(
      fc.asyncProperty(fc.nat(url.length), fc.nat(8), fc.string({ maxLength: 8 }), async (at, length, text) => {
        const changed = url.slice(0, at) + text + url.slice(at + length);
        fc.pre(
          URL.canParse(changed) &&
            /^https:/.test(changed) &&
            !new URL(changed).username &&
            new URL(changed).pathname !== own,
        );
        expect(await statusOf(changed)).toBe(404);
      }),
    );
  });
});

describe("keys", () => {
  test("of a foreign handler do not open this one", async () => {
    const foreign = recording({ secrets: [OLD_SECRET] });
    expect(await statusOf(await foreign.handler.url("stk"))).toBe(404);
  });

  test("rotate: the first signs, all verify, and a dropped one ends", async () => {
    const old = await recording({ secrets: [OLD_SECRET] }).handler.url("stk");
    const both = recording({ secrets: [SECRET, OLD_SECRET] });
    expect(await both.handler.url("stk")).toBe(await recording().handler.url("stk"));
    expect(await statusOf(old, { secrets: [SECRET, OLD_SECRET] })).toBe(200);
    expect(await statusOf(old, { secrets: [SECRET] })).toBe(404);
  });
});

describe("an expiry", () => {
  test("ends the URL, to the millisecond, and is told", async () => {
    let time = Date.parse("2026-03-01T10:00:00.123Z");
    const { handler, notices } = recording({ now: () => time });
    const url = await handler.url("stk", { expiresInMs: 60_000 });
    const send = async (): Promise<number> => (await handler(post(url, ROUTES[0]?.payload))).status;
    time += 59_999;
    expect(await send()).toBe(200);
    time += 1;
    expect(await send()).toBe(404);
    expect(notices).toContainEqual({ type: "refused", status: 404, reason: "expired" });
  });

  test("may be long, but not endless or past", async () => {
    const { handler } = recording();
    expect(await statusOf(await handler.url("stk", { expiresInMs: 1e13 }))).toBe(200);
    for (const expiresInMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(handler.url("stk", { expiresInMs })).rejects.toThrow("expiresInMs");
    }
  });
});

test("a reference that is too long, or half a character, is refused when the URL is made", async () => {
  const { handler } = recording();
  await handler.url("stk", { reference: "x".repeat(64) });
  await expect(handler.url("stk", { reference: "x".repeat(65) })).rejects.toThrow("reference");
  await expect(handler.url("stk", { reference: "é".repeat(33) })).rejects.toThrow("reference");
  await expect(handler.url("stk", { reference: "\ud83c" })).rejects.toThrow("reference");
});

test("a timeout's URL names the product, and no other does", async () => {
  const { handler } = recording();
  await expect(handler.url("timeout", {} as { product: "b2c" })).rejects.toThrow("product");
  await expect(handler.url("timeout", { product: "stk" as "b2c" })).rejects.toThrow("product");
  await expect(handler.url("stk", { product: "b2c" } as object)).rejects.toThrow("product");
});

test.each(["c2b", "STK", "result", "toString", "unrecognised", "a/b", "", undefined, null, 1])(
  "the unknown kind %j is refused when the URL is made",
  async (kind) => {
    await expect(recording().handler.url(kind as "stk")).rejects.toThrow(/^kind must be one of b2c.*pull$/);
  },
);

test.each([1042, null, {}, ["a"]])("the reference %j of a caller without types is refused", async (reference) => {
  const refused = recording().handler.url("stk", { reference } as object);
  await expect(refused).rejects.toThrow(new TypeError("reference must be a text of at most 64 bytes of UTF-8"));
});
