import { describe, expect, it, vi } from "vitest";
import { bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";
const SANDBOX_PHONE = "254708374149";

describe("customers of the options", () => {
  it.each([
    ["the sandbox's own number", [{ phone: SANDBOX_PHONE, balance: 100 }], SANDBOX_PHONE],
    [
      "one number in two ways of writing",
      [
        { phone: "0712345678", balance: 7 },
        { phone: "+254 712 345 678", balance: 100 },
      ],
      PHONE,
    ],
  ])("hold their money once: %s", (_, customers, phone) => {
    const { daraja } = bench({ customers });
    expect(daraja.ledger.total()).toBe(0);
    expect(daraja.customer(phone).balance).toBe(100);
  });

  it("leave the sandbox's number silent", async () => {
    const { daraja, send, received } = bench({ customers: [{ phone: SANDBOX_PHONE, name: "Somebody" }] });
    await send("stkPush", { ...goodRequest("stkPush"), PhoneNumber: SANDBOX_PHONE, PartyA: SANDBOX_PHONE });
    await daraja.settled();
    expect(daraja.customer(SANDBOX_PHONE).name).toBe("Somebody");
    expect(JSON.stringify(received)).toContain('"ResultCode":1037');
  });

  it("spend no more in a day than their limit", async () => {
    const { daraja, send, received } = bench({ customers: [{ phone: PHONE, limit: 150 }] });
    daraja.customer(PHONE).always("pay");
    const push = async () => {
      await send("stkPush", { ...goodRequest("stkPush"), Amount: 100 });
      await daraja.settled();
    };
    await push();
    await push();
    daraja.customer(PHONE).set({ limit: 200 });
    await push();
    expect(received.map(({ body }) => JSON.stringify(body).match(/"ResultCode":(\d+)/)?.[1])).toEqual(["0", "4", "0"]);
  });
});

it("an initiator can be locked from the start", async () => {
  const initiators = [{ name: "testapi", password: "x", locked: true }];
  const { daraja, send, received } = bench({ organisations: [{ shortCode: "600998", initiators }] });
  await send("accountBalance", goodRequest("accountBalance"));
  await daraja.settled();
  expect(received[0]?.body["Result"]).toMatchObject({ ResultCode: 8006 });
});

describe("callback hosts", () => {
  it.each(["Shop.Example", "shop.example:8443", "https://SHOP.example/hooks"])(
    "are compared without case and port: %s",
    async (name) => {
      const { daraja, send, received } = bench({ allowedCallbackHosts: [name] });
      await send("stkPush", { ...goodRequest("stkPush"), CallBackURL: "https://shop.example:9443/a" });
      await daraja.settled();
      expect(received).toHaveLength(1);
    },
  );
});

describe("what is read", () => {
  it("is a copy: it stays as it is, and changes nothing", async () => {
    const { daraja, send } = bench();
    await send("stkPush", goodRequest("stkPush"));
    const before = [daraja.ledger.accounts, daraja.callbacks, daraja.requests];
    const kept = JSON.stringify(before);
    daraja.customer(PHONE).enterPin();
    await daraja.settled();
    expect(JSON.stringify(before)).toBe(kept);
    for (const account of daraja.ledger.accounts) account.balance += 5;
    daraja.callbacks[0]?.attempts.pop();
    expect(daraja.ledger.total()).toBe(0);
    expect(daraja.callbacks[0]?.attempts).toHaveLength(1);
  });

  it("is the balance of somebody who is there", () => {
    const { ledger } = bench().daraja;
    expect(ledger.balance("0712345678")).toBe(50_000);
    expect(() => ledger.balance("600123")).toThrow("nobody has the short code 600123");
    expect(() => ledger.balance("174379", "merchant")).toThrow("174379 has no merchant account");
    expect(() => ledger.balance("174379", "bogus" as "merchant")).toThrow("account must be one of ");
  });
});

it("a listener that throws stops neither payments nor other listeners", async () => {
  const { daraja, send, received } = bench();
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  let heard = 0;
  daraja.subscribe(() => {
    throw new Error("a mistake of the test");
  });
  daraja.subscribe(() => {
    heard += 1;
  });
  daraja.customer(PHONE).enterPin();
  expect((await send("stkPush", goodRequest("stkPush"))).status).toBe(200);
  await daraja.settled();
  expect(received).toHaveLength(1);
  expect(heard).toBeGreaterThan(3);
  expect(said.mock.calls[0]).toEqual(["a listener of the simulator threw", new Error("a mistake of the test")]);
  said.mockRestore();
});
