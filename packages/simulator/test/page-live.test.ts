import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { startServer } from "../src/server/index.ts";
import { launch, PHONE, pageBench } from "./support/page.ts";
import { folder } from "./support/process.ts";

const browser = await launch();
const A = "254711111111";
const B = "254722222222";

describe.skipIf(typeof browser === "string")("the page while things happen", () => {
  const bench = pageBench(browser);
  const choice = () => bench.page.getByRole("combobox", { name: "Whose phone" });
  const dialog = () => bench.page.getByRole("dialog", { name: "Do you want to pay" });
  const waiting = () => bench.page.getByRole("group", { name: "Waiting prompt" });
  /** Something that changes other tables than the ones a test is about. */
  const unrelatedEvent = async () => {
    bench.server.simulator.customer(A).set({ name: "Somebody Else" });
    await choice().getByText("Somebody Else").waitFor({ state: "attached" });
  };

  describe("two customers", () => {
    const settle = async () => {
      bench.server.simulator.customer(A).set({ balance: 1111, pin: "1111" });
      bench.server.simulator.customer(B).set({ balance: 2222, pin: "2222" });
      await choice().selectOption(A);
      await bench.page.getByText("This person").click();
    };
    const balance = () => bench.page.getByLabel("Balance, shillings");
    const customers = () => [A, B].map((phone) => bench.server.simulator.customer(phone).balance);

    it("fills the form of the person who is chosen, and saves only what was changed there", async () => {
      const { page, server } = bench;
      await settle();
      expect(await balance().inputValue()).toBe("1111");
      await balance().fill("5");
      await choice().selectOption(B);
      expect(await balance().inputValue()).toBe("2222");
      expect(await page.getByLabel("PIN", { exact: true }).inputValue()).toBe("2222");
      await page.getByLabel("PIN", { exact: true }).fill("9999");
      // Money that arrives while the form is open must not be taken back by it.
      server.simulator.customer(B).set({ balance: 3000 });
      await page.locator(".owner").getByText("Ksh 3,000.00").waitFor();
      await page.getByRole("button", { name: "Save for 0722 222 222" }).click();
      await page.getByText("Saved for 0722 222 222").waitFor();
      expect(customers()).toEqual([1111, 3000]);
      await page.locator(".owner").getByText("PIN 9999").waitFor();
    });

    it("saves to the person who was edited when another one's phone rings meanwhile", async () => {
      const { page, pushTo } = bench;
      await settle();
      await balance().fill("777");
      await pushTo(B);
      await waiting().getByText("0722 222 222 rings").waitFor();
      expect(await choice().inputValue()).toBe(A);
      await page.getByRole("button", { name: "Save for 0711 111 111" }).click();
      await page.getByText("Saved for 0711 111 111").waitFor();
      expect(customers()).toEqual([777, 2222]);
      await waiting().getByRole("button", { name: "Take it up" }).click();
      await dialog().waitFor();
      expect(await choice().inputValue()).toBe(B);
    });

    it("turns to another phone while one rings, and takes the ignored prompt up again", async () => {
      const { page, server, pushTo, focused } = bench;
      await settle();
      await pushTo(B);
      await page.getByRole("button", { name: "Ignore" }).click();
      await dialog().waitFor({ state: "detached" });
      expect(await focused()).toBe("Take it up");
      await choice().selectOption(A);
      await unrelatedEvent();
      expect(await choice().inputValue()).toBe(A);
      await waiting().getByRole("button", { name: "Take it up" }).click();
      await dialog().waitFor();
      expect(await choice().inputValue()).toBe(B);
      expect(await focused()).toBe("pin");
      await page.keyboard.type("2222");
      await page.keyboard.press("Enter");
      await expect.poll(() => server.simulator.customer(B).balance).toBe(972);
      await waiting().waitFor({ state: "hidden" });
    });

    it("says that the prompt of an ignored phone is over", async () => {
      const { page, server, pushTo } = bench;
      await pushTo(B);
      await page.getByRole("button", { name: "Ignore" }).click();
      await waiting().waitFor();
      server.simulator.customer(B).cancel();
      await waiting().waitFor({ state: "hidden" });
      await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    });
  });

  it("takes one answer for one prompt, however often it is tapped", async () => {
    const { page, server, push } = bench;
    await push();
    await dialog().waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).dblclick();
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    await push();
    await dialog().waitFor();
    expect(server.simulator.customer(PHONE).prompt).toBeDefined();
  });

  it("does not keep an answer that came too late for the next prompt", async () => {
    const { server, push, page } = bench;
    await push();
    await dialog().waitFor();
    const prompt = server.simulator.customer(PHONE).prompt?.id;
    server.simulator.customer(PHONE).cancel();
    const late = await fetch(`${server.url}/_simulator/customers/${PHONE}/pin`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ pin: "1234", prompt }),
    });
    expect([late.status, await late.json()]).toEqual([409, { problem: "this prompt is over" }]);
    await page.locator(".events").getByText("1032 Cancelled by user").waitFor();
    await push();
    await dialog().waitFor();
    expect(server.simulator.customer(PHONE).balance).toBe(50_000);
  });

  it("shows a job that failed among what happened, whatever else is shown", async () => {
    const { page } = bench;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const state = join(folder, "failure.db");
    const first = await startServer({ port: 0, state, clock: "virtual" });
    first.simulator.customer(PHONE).pay({ shortCode: "600000", amount: 100 });
    await first.close();
    const database = new DatabaseSync(state);
    database.exec("UPDATE records SET json = json_set(json, '$.amount', -50) WHERE name = 'payments'");
    database.close();
    const second = await startServer({ port: 0, state, clock: "virtual" });
    await page.goto(second.url);
    await page.waitForSelector(".link.live");
    await second.simulator.advance(1_000);
    const row = page.locator(".events li.failure");
    await row.getByText("C2B payment: validation failed").waitFor();
    await row.getByText("-50 is no amount of cents").waitFor();
    await page.getByRole("button", { name: "Callbacks" }).click();
    await row.locator("summary").click();
    await row.getByText("nothing more will come of it").waitFor();
    expect(await bench.violations()).toEqual([]);
    await page.reload();
    await row.getByText("C2B payment: validation failed").waitFor();
    await page.goto("about:blank");
    await second.close();
    vi.restoreAllMocks();
  });

  it("offers what an operation can give, answers and refusals with their texts included", async () => {
    const { page, server, send } = bench;
    const happens = page.getByRole("combobox", { name: "Happens" });
    const labels = async (target: string) => {
      await page.getByRole("combobox", { name: "For" }).selectOption(target);
      return (await happens.locator("option").allTextContents()).join("\n");
    };
    expect(await labels("token")).toContain("400:empty The consumer key or the consumer secret is wrong");
    expect(await labels("token")).not.toContain("callback twice");
    expect(await labels("reversal")).toContain("queue timeout");
    expect(await labels("stkPush")).not.toContain("queue timeout");
    await happens.selectOption('{"responseCode":"1"}');
    await page.getByRole("button", { name: "Next request" }).click();
    await page.locator(".active").getByText("stkPush: answer 1, next time").waitFor();
    await labels("b2b");
    const merchant = happens.locator("option", { hasText: "500.001.1001" }).nth(1);
    await happens.selectOption((await merchant.getAttribute("value")) ?? "");
    await page.getByRole("button", { name: "Until off" }).click();
    await page.locator(".active").getByText("refused with 500.001.1001 “").waitFor();
    expect((await send("/mpesa/b2b/v1/paymentrequest", {})).status).toBe(500);
    expect(server.simulator.requests.at(-1)?.note).toContain("500.001.1001");
  });

  describe("the keyboard keeps its place", () => {
    it("on a fault that is on, and moves to the next one when it is taken off", async () => {
      const { page, push, focused } = bench;
      await page.getByRole("button", { name: "503 page" }).click();
      await page.getByRole("button", { name: "Spike arrest" }).click();
      const off = page.getByRole("button", { name: /^Take off/ });
      await off.nth(1).waitFor();
      await off.first().focus();
      await unrelatedEvent();
      expect(await focused()).toBe("Take off any request: 503 page of the firewall");
      await page.keyboard.press("Enter");
      await expect.poll(() => off.count()).toBe(1);
      expect(await focused()).toBe("Take off any request: 429 spike arrest");
      await page.keyboard.press("Enter");
      await expect.poll(() => off.count()).toBe(0);
      expect(await focused()).toBe("Drop the next answer");
      // So the next prompt does not take it either.
      await push();
      await dialog().waitFor();
      expect(await focused()).toBe("Drop the next answer");
    });

    it("on an entry of the timeline whose callback is delivered again, and on the button that did it", async () => {
      const { page, server, push, focused } = bench;
      server.simulator.customer(PHONE).always("cancel");
      await push();
      const callback = page.locator(".events li.out").first();
      await callback.locator("summary").focus();
      await page.keyboard.press("Enter");
      await server.simulator.replay(server.simulator.callbacks.at(-1)?.id ?? "");
      await callback.getByText("200 ×2").waitFor();
      expect(await focused()).toContain("STK push result");
      await callback.getByRole("button", { name: "Send again" }).focus();
      await page.keyboard.press("Enter");
      await callback.getByText("200 ×3").waitFor();
      expect(await focused()).toBe("Send again");
      await callback.getByRole("group", { name: "What your endpoint answered" }).focus();
      await server.simulator.replay(server.simulator.callbacks.at(-1)?.id ?? "");
      await callback.getByText("200 ×4").waitFor();
      expect(await focused()).toBe("What your endpoint answered");
    });

    it("in the list of phones, whose entries stay the same elements", async () => {
      const { page, push, focused } = bench;
      await choice().focus();
      await page.evaluate(() => document.querySelector(".choice option")?.setAttribute("data-marked", ""));
      await push();
      await dialog().waitFor();
      await unrelatedEvent();
      expect(await focused()).toBe("Whose phone");
      expect(await page.locator(".choice option[data-marked]").count()).toBe(1);
    });

    it("while somebody types, though the prompt is announced and waits", async () => {
      const { page, push, focused } = bench;
      await page.setViewportSize({ width: 360, height: 740 });
      const search = page.getByLabel("Find an account");
      await search.fill("0712");
      const top = await page.evaluate(() => scrollY);
      await push();
      await page
        .getByRole("status")
        .getByText("Payment prompt on 0712 345 678: Ksh 1,250.00 to Daraja-Sandbox, account INV-1042.")
        .waitFor();
      await waiting().getByText("0712 345 678 rings").waitFor();
      expect([await focused(), await search.inputValue()]).toEqual(["INPUT", "0712"]);
      expect(await page.evaluate(() => scrollY)).toBe(top);
    });
  });

  describe("the connection", () => {
    it("shows what happened while the state was on its way", async () => {
      const { page, server, push } = bench;
      const { promise: pushed, resolve: release } = Promise.withResolvers<void>();
      const { promise: taken, resolve: take } = Promise.withResolvers<void>();
      await page.route("**/_simulator/state", async (route) => {
        const snapshot = await route.fetch();
        take();
        await pushed;
        await route.fulfill({ response: snapshot });
      });
      await page.reload();
      await taken;
      await push({ AccountReference: "RACE" });
      await expect.poll(() => server.simulator.customer(PHONE).prompt?.reference).toBe("RACE");
      // The events are on their way since before the snapshot; a later one says that they have arrived.
      await page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const source = new EventSource("/_simulator/events");
            source.onmessage = () => {
              source.close();
              resolve();
            };
            source.onopen = () =>
              void fetch("/_simulator/customers/254733333333/set", {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: "{}",
              });
          }),
      );
      release();
      await dialog().getByText("Account RACE").waitFor();
      await expect.poll(() => page.locator(".events > li").count()).toBe(server.simulator.requests.length);
    });

    it.each([
      [
        403,
        '{"problem":"The simulator is not known by the host name \\"proxied\\". Use localhost or an IP address."}',
        /is not known by the host name "proxied"\. Use localhost/,
      ],
      [500, "Internal Server Error", /answered with status 500/],
    ])("says in a sentence why there is nothing to show: %i", async (status, body, sentence) => {
      const { page, complaints } = bench;
      await page.route("**/_simulator/state", (route) => route.fulfill({ status, body }));
      await page.reload();
      await page.getByRole("alert").getByText(sentence).waitFor();
      expect(await bench.violations()).toEqual([]);
      await page.unroute("**/_simulator/state");
      await page.waitForSelector(".link.live");
      expect(await page.locator("#problem").textContent()).toBe("");
      // The browser itself reports the status; nothing else went wrong.
      expect(complaints.every((line) => line.includes(`status of ${status}`))).toBe(true);
      complaints.length = 0;
    });

    it("says so when the simulator does not take what a person does", async () => {
      const { page, complaints } = bench;
      await page.route("**/_simulator/scenarios", (route) => route.abort());
      await page.getByRole("button", { name: "503 page" }).click();
      await page.getByRole("alert").getByText("The simulator does not answer").waitFor();
      complaints.length = 0;
    });
  });
});
