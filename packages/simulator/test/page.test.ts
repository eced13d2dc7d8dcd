import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Mpesa } from "@mpesa/sdk";
import { type CallbackEvent, createCallbackHandler } from "@mpesa/sdk/callbacks";
import { toNodeListener } from "@mpesa/sdk/callbacks/node";
import { beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../src/server/index.ts";
import { launch, PHONE, pageBench, shots } from "./support/page.ts";

const browser = await launch();

describe.skipIf(typeof browser === "string")("the page in Chromium", () => {
  const bench = pageBench(browser);
  beforeAll(() => void mkdirSync(shots, { recursive: true }));

  it("shows the prompt, takes the PIN by keyboard alone, and the money arrives", async () => {
    const { page, server, received, push } = bench;
    await push();
    await page.getByRole("dialog", { name: "Do you want to pay" }).waitFor();
    for (const text of ["Ksh 1,250.00", "to Daraja-Sandbox", "Account INV-1042"])
      await page.getByText(text, { exact: true }).waitFor();
    await page.screenshot({ path: new URL("prompt.png", shots).pathname });
    await page.keyboard.type("1234");
    await page.keyboard.press("Enter");
    await page.locator(".inbox").getByText("paid to Daraja-Sandbox").waitFor();
    await page.locator(".events").getByText("0 Paid").waitFor();
    expect(server.simulator.customer(PHONE).balance).toBe(48_750);
    expect(JSON.stringify(received)).toContain('"ResultCode":0');
    await page.locator(".owner").getByText("Ksh 48,750.00").waitFor();
    await page
      .getByRole("row", { name: /174379 Daraja-Sandbox Utility/ })
      .getByText("1,001,250.00")
      .waitFor();
  });

  it("shows a push of the SDK, whose payment reaches the signed handler and the ledger", async () => {
    const { page, server } = bench;
    const events: CallbackEvent[] = [];
    const shop = createServer();
    await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
    const handler = createCallbackHandler({
      baseUrl: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/hooks`,
      secrets: ["a secret of at least 32 bytes, made up for this test"],
      onEvent: (event) => void events.push(event),
    });
    shop.on("request", toNodeListener(handler));
    const mpesa = new Mpesa({ environment: "sandbox", baseUrl: server.url, ...server.simulator.credentials });
    const { checkoutRequestId } = await mpesa.stk.push({
      payTo: { payBill: "174379", account: "INV-1042" },
      phoneNumber: PHONE,
      amount: 300,
      callbackUrl: await handler.url("stk", { reference: "order-1" }),
    });
    await page.getByRole("dialog", { name: "Do you want to pay" }).waitFor();
    await page.keyboard.type("1234");
    await page.keyboard.press("Enter");
    await page.locator(".events").getByText("0 Paid").waitFor();
    await expect.poll(() => events).toMatchObject([{ outcome: "succeeded", reference: "order-1", checkoutRequestId }]);
    expect(server.simulator.ledger.transactions).toMatchObject([
      { receipt: (events[0] as CallbackEvent<"stk">).receipt, amount: 30_000 },
    ]);
    shop.close();
  });

  it("shows a prompt that timed out as such", async () => {
    const { page, callbackUrl, received } = bench;
    const later = await startServer({ port: 0, clock: "virtual" });
    const mpesa = new Mpesa({ environment: "sandbox", baseUrl: later.url, ...later.simulator.credentials });
    await page.goto(later.url);
    await page.waitForSelector(".link.live");
    const payTo = { payBill: "174379", account: "INV-1042" };
    await mpesa.stk.push({ payTo, phoneNumber: PHONE, amount: 300, callbackUrl });
    await later.simulator.advance(2_000);
    await page.getByRole("dialog", { name: "Do you want to pay" }).waitFor();
    await page.getByRole("button", { name: "Ignore" }).click();
    await later.simulator.advance(60_000);
    await page.locator(".events").getByText("1037 ").waitFor();
    expect(JSON.stringify(received)).toContain('"ResultCode":1037');
    await page.goto("about:blank");
    await later.close();
  });

  it("cancels, by the digits on the screen pays with a wrong PIN, and lets time run out", async () => {
    const { page, received, push } = bench;
    await push();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    await push();
    for (const digit of "0000") await page.getByRole("button", { name: `Digit ${digit}` }).click();
    await page.getByRole("button", { name: "Pay", exact: true }).first().click();
    await page.locator(".events").getByText("2001 Wrong pin").waitFor();
    await push();
    await page.getByRole("button", { name: "Ignore" }).click();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(received).toHaveLength(2);
  });

  it("switches a fault on, shows it at work, and off again", async () => {
    const { page, push } = bench;
    await page.getByRole("button", { name: "Drop the next answer" }).click();
    await page.locator(".active").getByText("answer dropped after processing").waitFor();
    await expect(push()).rejects.toThrow();
    await page.locator(".events").getByText("no answer").waitFor();
    await page.getByRole("combobox", { name: "For" }).selectOption("qr");
    await page.getByRole("button", { name: "Until off" }).click();
    await page.locator(".active").getByText("until off").waitFor();
    await page.getByRole("button", { name: /^Take off/ }).click();
    await page.locator(".active li").waitFor({ state: "detached" });
  });

  it("opens requests and callbacks as JSON with what the spec says, and sends a callback again", async () => {
    const { page, server, received, push } = bench;
    server.simulator.customer(PHONE).always("cancel");
    await push();
    const callback = page.locator(".events li.out").first();
    await callback.locator("summary").click();
    await callback.getByText("The customer cancelled the prompt").first().waitFor();
    await callback.getByText('"CheckoutRequestID"').waitFor();
    await callback.getByRole("button", { name: "Send again" }).click();
    await page.locator(".events").getByText("200 ×2").waitFor();
    expect(received).toHaveLength(2);
    const sent = page.locator(".events li.in").first();
    await sent.locator("summary").click();
    await sent.getByText("•••").waitFor();
    await page.screenshot({ path: new URL("timeline.png", shots).pathname });
  });

  it("survives a restart of the connection without losing what it shows", async () => {
    const { page, push } = bench;
    await push({ PhoneNumber: "254700001032", PartyA: "254700001032" });
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    await page.reload();
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
  });

  it.each([
    ["light", 1440, "light"],
    ["dark", 1440, "dark"],
    ["phone", 390, "light"],
    ["phone-dark", 390, "dark"],
  ] as const)("has no accessibility violation and no sideways scrolling: %s", async (name, width, colorScheme) => {
    const { page, server, push, violations, overflow } = bench;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 844 });
    server.simulator.always("b2c", { fault: "html503" });
    await push({ PhoneNumber: "254700001032", PartyA: "254700001032" });
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    await page.locator(".events li.out summary").first().click();
    await push();
    await page.getByRole("dialog").waitFor();
    await page.screenshot({ path: new URL(`${name}.png`, shots).pathname, fullPage: true });
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await violations()).toEqual([]);
  });
});
