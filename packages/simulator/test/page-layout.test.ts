import { describe, expect, it } from "vitest";
import { goodRequest } from "./support/daraja.ts";
import { launch, PHONE, pageBench, shots } from "./support/page.ts";

const browser = await launch();

describe.skipIf(typeof browser === "string")("the look of the page", () => {
  const bench = pageBench(browser);
  const dialog = () => bench.page.getByRole("dialog", { name: "Do you want to pay" });
  /** Whether something lies within the window, with nothing over it. */
  const inView = (name: string) =>
    bench.page.getByRole("button", { name, exact: true }).evaluate((button) => {
      const { left, top, right, bottom } = button.getBoundingClientRect();
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && hit === button;
    });
  const photograph = (name: string, fullPage = false) =>
    bench.page.screenshot({ path: new URL(`${name}.png`, shots).pathname, fullPage });

  /** Enough for the timeline to be longer than the window. */
  const fillTimeline = async () => {
    for (let number = 0; number < 14; number += 1) await bench.send("/mpesa/b2b/v1/paymentrequest", {});
    await expect.poll(() => bench.page.locator(".events > li").count()).toBe(15);
  };

  it.each([
    ["phone, at the top", 360, 740, 0],
    ["phone, scrolled to the end", 360, 740, 1e6],
    ["small phone", 320, 640, 1e6],
    ["laptop", 1280, 720, 0],
    ["laptop, scrolled to the end", 1280, 720, 1e6],
    ["two columns, scrolled to the end", 900, 740, 1e6],
    ["a low window, scrolled to the end", 1280, 560, 1e6],
    ["a phone on its side", 740, 360, 0],
  ])("brings the prompt into view, wholly: %s", async (_, width, height, y) => {
    const { page, push, focused, overflow } = bench;
    await page.emulateMedia({ reducedMotion: "reduce" });
    await fillTimeline();
    await page.setViewportSize({ width, height });
    await page.evaluate((top) => scrollTo(0, top), y);
    await push();
    await dialog().waitFor();
    await expect.poll(focused).toBe("pin");
    for (const name of ["Pay", "Cancel", "Ignore", ...(height > 400 ? ["Digit 1", "Delete digit"] : [])])
      await expect.poll(() => inView(name), { message: name }).toBe(true);
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  it("keeps a prompt findable that came while the keyboard was elsewhere and the phone out of sight", async () => {
    const { page, push, focused } = bench;
    await page.setViewportSize({ width: 900, height: 480 });
    await fillTimeline();
    await page.getByRole("button", { name: "503 page" }).focus();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await push();
    await page.getByRole("group", { name: "Waiting prompt" }).waitFor();
    expect(await focused()).toBe("503 page");
    await page.getByRole("button", { name: "Take it up" }).click();
    await expect.poll(() => inView("Pay")).toBe(true);
    expect(await focused()).toBe("pin");
  });

  it.each([
    [320, 640, "light"],
    [360, 740, "light"],
    [360, 740, "dark"],
    [900, 1000, "light"],
    [1280, 900, "light"],
    [1280, 900, "dark"],
  ] as const)("has nothing against it in any state: %i × %i, %s", async (width, height, colorScheme) => {
    const { page, server, push, send, violations, overflow } = bench;
    const name = `${width}-${colorScheme}`;
    const clean = async (state: string, fullPage = false) => {
      await photograph(`${name}-${state}`, fullPage);
      expect([state, await violations(), Math.max(0, await overflow())]).toEqual([state, [], 0]);
    };
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await clean("empty");
    await push();
    await dialog().waitFor();
    await clean("prompt");
    await page.getByRole("button", { name: "Ignore" }).click();
    await page.getByRole("group", { name: "Waiting prompt" }).waitFor();
    await clean("aside");
    server.simulator.customer(PHONE).cancel();
    server.simulator.customer(PHONE).always("cancel");
    await expect.poll(() => page.locator(".events > li.out").count()).toBe(1);
    server.simulator.always("b2c", { fault: "html503" });
    await send("/mpesa/b2b/v1/paymentrequest", {});
    await send("/mpesa/b2c/v3/paymentrequest", {});
    server.simulator.next("stk", { fault: "dropAnswer" });
    await push().catch(() => undefined);
    await expect.poll(() => page.locator(".events > li.out").count()).toBe(2);
    await page.evaluate(() => {
      for (const one of document.querySelectorAll<HTMLDetailsElement>("details")) one.open = true;
    });
    await page.getByLabel("Find an account").fill("nobody at all");
    await page.getByText("No account matches “nobody at all”.").waitFor();
    await clean("open", true);
  });

  it("names the operation of a callback, and a fault in the switchboard's words", async () => {
    const { page, server, send, push, callbackUrl } = bench;
    server.simulator.customer(PHONE).always("cancel");
    server.simulator.next("stk", { fault: "dropAnswer" });
    await push().catch(() => undefined);
    const events = page.locator(".events");
    await events.getByText("STK push result → your endpoint").waitFor();
    await events.getByText("answer dropped after processing").waitFor();
    server.simulator.next("b2c", { fault: "html503" });
    const payout = { InitiatorName: "testapi", CommandID: "BusinessPayment", Amount: 10, Remarks: "x" };
    await send("/mpesa/b2c/v3/paymentrequest", { ...payout, ResultURL: callbackUrl, QueueTimeOutURL: callbackUrl });
    await events.getByText("503 page of the firewall").waitFor();
    await page.getByText("Pay a business unasked (C2B)").click();
    await page.getByRole("button", { name: "Pay from" }).click();
    await page.getByText("Sent; the timeline shows").waitFor();
  });

  it("keeps Ksh and its figure on one line, however narrow the window", async () => {
    const { page, server, send, push, pushTo } = bench;
    server.simulator.customer(PHONE).wrongPin();
    await page.getByRole("combobox", { name: "Whose phone" }).selectOption(PHONE);
    await push({ AccountReference: "TWELVE-CHARS" });
    await page.locator(".inbox").getByText("PIN was not correct").waitFor();
    await push({ Amount: 249_999, AccountReference: "TWELVE-CHARS" });
    await dialog().waitFor();
    await page.getByRole("button", { name: "Ignore" }).click();
    await pushTo("254722222222", { Amount: 123_456, AccountReference: "TWELVE-CHARS" });
    await page.getByRole("group", { name: "Waiting prompt" }).waitFor();
    /** Texts in which an amount begins on one line and ends on another. */
    const broken = () =>
      page.evaluate(() => {
        const found: string[] = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          for (const { index, 0: text } of (node.textContent ?? "").matchAll(/Ksh\s?-?[\d,.]*\d/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + text.length);
            const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (lines.size > 1) found.push(`${innerWidth}: ${text}`);
          }
        }
        return found;
      });
    const seen = await page.evaluate(() => (document.body.textContent?.match(/Ksh/g) ?? []).length);
    expect(seen).toBeGreaterThan(6);
    const found: string[] = [];
    for (let width = 300; width <= 460; width += 4) {
      await page.setViewportSize({ width, height: 700 });
      found.push(...(await broken()));
    }
    expect(found).toEqual([]);
    await photograph("amounts");
    // The amount of a prompt has the largest letters.
    await page.getByRole("combobox", { name: "Whose phone" }).selectOption(PHONE);
    const fits = async (text: string) => {
      await dialog().getByText(text).waitFor();
      for (const width of [300, 360, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const amount = dialog().locator(".amount");
        expect([width, await amount.evaluate((one) => one.clientWidth - one.scrollWidth)]).toEqual([width, 0]);
      }
      await photograph(`amount-${text.length}`);
    };
    await fits("Ksh 249,999.00");
    await page.getByRole("button", { name: "Ignore" }).click();
    await send("/v1/ussdpush/get-msisdn", {
      ...goodRequest("ussdPush"),
      amount: "1000000000000",
      callbackUrl: bench.callbackUrl,
    });
    await page.getByRole("combobox", { name: "Whose phone" }).selectOption("254722000000");
    await fits("Ksh 1,000,000,000,000.00");
  });

  it("gives the passkey along, in one click or selected for copying by hand", async () => {
    const { page, server } = bench;
    const { passkey } = server.simulator.credentials;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy the passkey" }).click();
    await page.getByText("The passkey is copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(passkey);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.getByRole("button", { name: "Copy the passkey" }).click();
    await page.getByText("The passkey is selected.").waitFor();
    expect(await page.evaluate(() => String(getSelection()))).toBe(passkey);
  });
});
