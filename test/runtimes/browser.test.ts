import binary from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { type BreakingGateway, startBreakingGateway } from "./breaking-gateway.ts";
import type { BrokenPayment } from "./broken-connections.ts";
import { bundleSuite } from "./bundle.ts";

const PAGE = `<!doctype html><script type="module">
import { payOverBrokenConnections } from "/suite.mjs";
window.paid = payOverBrokenConnections([{ ending: "closed at once", url: location.origin }], { isPage: true });
</script>`;

const browser = await launch();
const suite = await bundleSuite();

afterAll(async () => {
  if (typeof browser !== "string") await browser.close();
});

/** A browser, or the reason why there is none on this machine. */
async function launch(): Promise<Browser | string> {
  try {
    const executablePath = await binary.executablePath();
    return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--headless=shell"] });
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0] ?? "unknown";
    console.log(`skipped: the suite in Chromium, because it does not start here (${reason})`);
    return reason;
  }
}

/** Opens a page of the gateway's own, so that its connection has been used. */
async function openPage(html: string): Promise<{ gateway: BreakingGateway; page: Page }> {
  const gateway = await startBreakingGateway("closed at once", { "/": html, "/suite.mjs": suite });
  const page = await (browser as Browser).newPage();
  await page.goto(gateway.url);
  return { gateway, page };
}

test.skipIf(typeof browser === "string")(
  "Chromium: a payment is refused, since the browser's own fetch may send it twice",
  async () => {
    const { gateway, page } = await openPage(PAGE);
    await page.waitForFunction("window.paid");
    const broken = (await page.evaluate("window.paid")) as BrokenPayment[];
    expect(broken).toEqual([{ ending: "closed at once", end: "MpesaConfigError", announced: 0 }]);
    expect(gateway.copies).toBe(0);
    await page.close();
    await gateway.close();
  },
);

test.skipIf(typeof browser === "string")(
  "Chromium: its own fetch sends a POST twice; should this fail, payments from a browser may be allowed",
  async () => {
    const { gateway, page } = await openPage("<!doctype html>");
    const end = await page.evaluate(async () => {
      await fetch("/token").then((response) => response.text());
      // The connection must be free again, or the POST opens another one.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return fetch("/pay", { method: "POST", body: "{}" }).then(String, (error: Error) => error.message);
    });
    expect(end).toBe("Failed to fetch");
    expect(gateway.copies).toBe(2);
    await page.close();
    await gateway.close();
  },
);
