import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { sandbox } from "@mpesa/raw/platform";
import { startServer } from "@mpesa/simulator/server";
import { describe, expect, test } from "vitest";
import { takesColours } from "../src/demo/paper.ts";
import { runDemo } from "../src/demo/run.ts";
import { openShop } from "../src/demo/shop.ts";
import { freePort, isFree, script, source, withBusyPort } from "./support/process.ts";

describe("demo", () => {
  test("takes payments, explains, recovers, accounts for the money, and leaves nothing behind", async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await script("demo.ts", "--port", String(port));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const steps = [
      "Start a Daraja and a shop",
      "GET /oauth/v1/generate",
      "POST /mpesa/stkpush/v1/processrequest",
      "Enter your M-PESA",
      "Body",
      "outcome            succeeded",
      "[ Cancel ]",
      "1032, CancelledByUser",
      "in Swahili  Malipo yameghairiwa.",
      "MpesaOutcomeUnknownError: stkPush",
      "Recovered: the signed path says INV-1044, paid 100 KES",
      "Pushes sent: 1.",
      "MpesaOutcomeUnknownError: b2cPaymentV3",
      "POST /mpesa/transactionstatus/v1/query",
      "transactionStatus  Completed",
      "All accounts together: 0.",
      "Done in",
    ];
    let place = 0;
    for (const step of steps) {
      const next = stdout.indexOf(step, place);
      expect(next, `${step}\n${stdout}`).toBeGreaterThanOrEqual(place);
      place = next + 1;
    }
    expect(stdout).toMatch(/receipt +[A-Z0-9]{10}\n.*amount +1 KES\n/);
    // Two payments to the shop, the refund and its charge; nothing for the cancelled one.
    expect(stdout.match(/^ +[A-Z0-9]{10} +[\d.]+ KES {2}\S+ → /gm)).toHaveLength(4);
    expect(await isFree(port)).toBe(true);
  });

  test("shows no secret, no whole number, no signature and, without a terminal, no colour", async () => {
    const { stdout } = await script("demo.ts");
    expect(stdout).toContain("[redacted]");
    expect(stdout).toContain("-[signature]");
    const credentials = ["simulator-key", "simulator-secret", sandbox.passkey, "Passw0rd"];
    for (const secret of credentials.flatMap((one) => [one, btoa(one)])) expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain(sandbox.phoneNumber.slice(-9));
    expect(stdout).not.toMatch(/[\da-f]{64}/);
    expect(stdout).not.toMatch(/"(Password|SecurityCredential|access_token)": "(?!\[redacted\])/);
    expect(stdout).not.toMatch(/(Basic|Bearer) (?!\[redacted\])/);
    expect(stripVTControlCharacters(stdout)).toBe(stdout);
  });

  test("a busy port is one sentence", async () => {
    await withBusyPort(async (port) => {
      const ended = await script("demo.ts", "--port", String(port));
      const stderr = `Port ${port} is in use by another program: stop that one, or choose another with --port.\n`;
      expect(ended).toEqual({ code: 1, stdout: "", stderr });
    });
  });

  test.each([
    [["--now"], "The only options are --port and --open"],
    [["4010"], "The only options are --port and --open"],
    [["--port", "0"], "--port must be a number from 1 to 65535"],
  ])("refuses %j with one sentence", async (args, sentence) => {
    const stderr = `${sentence}: npx -y pnpm@12.21.0 demo --port 4010.\n`;
    expect(await script("demo.ts", ...args)).toEqual({ code: 1, stdout: "", stderr });
  });

  test("a simulator that ends on the way is one sentence", async () => {
    let url = "";
    const ending: typeof startServer = async (options) => {
      const server = await startServer(options);
      url = server.url;
      await server.close();
      return { ...server, close: async () => undefined };
    };
    const error = await runDemo({ write: () => undefined, start: ending }).catch((problem: Error) => problem);
    expect(error).toMatchObject({ message: `The simulator on ${url} has stopped answering.` });
  });

  test("paints on a terminal only, unless NO_COLOR says no", async () => {
    const lines: string[] = [];
    await runDemo({ write: (line) => lines.push(line), colours: true });
    expect(lines.join("\n")).toContain("\u001b[1m");
    expect(takesColours({ isTTY: true }, {})).toBe(true);
    expect(takesColours({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
    expect(takesColours({}, {})).toBe(false);
  });
});

describe.each([
  ["phone.ts", []],
  ["demo.ts", ["--open"]],
] as const)("%s %j", (name, args) => {
  test("takes an order in the shop, a PIN on the phone, and ends with the signal of Ctrl-C", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [join(source, name), ...args, "--port", String(port)]);
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said).toContain("Ctrl-C ends it.");
    const [phone = "", shop = ""] = said.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
    expect(phone).toBe(`http://127.0.0.1:${port}`);
    for (const [url, text] of [
      [phone, "<html"],
      [shop, "Ask for payment"],
    ] as const)
      expect(await (await fetch(url)).text()).toContain(text);

    const post = (url: string, body: object): Promise<Response> =>
      fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const orders = async () => (await (await fetch(`${shop}/orders`)).json()) as { state: string; outcome: string }[];
    expect((await fetch(`${shop}/pay`, { method: "POST", body: "{}" })).status).toBe(404);
    await post(`${shop}/pay`, { phoneNumber: "0712 345 678", amount: "100" });
    expect(await orders()).toMatchObject([{ outcome: "pending" }]);
    await post(`${phone}/_simulator/customers/254712345678/pin`, { pin: "1234" });
    await expect.poll(orders).toMatchObject([{ outcome: "succeeded" }]);
    await post(`${shop}/pay`, { phoneNumber: "0712 345 678", amount: "200" });
    await post(`${phone}/_simulator/customers/254712345678/cancel`, {});
    await expect.poll(orders).toMatchObject([{ outcome: "failed" }, { outcome: "succeeded" }]);
    await post(`${shop}/pay`, { phoneNumber: "12", amount: "0.5" });
    expect(await orders()).toMatchObject([
      { outcome: "failed", state: expect.stringContaining("nothing was sent") },
      {},
      {},
    ]);

    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(said).toContain("Phone and shop have ended.");
    expect(await isFree(port)).toBe(true);
  });

  test("a busy port is one sentence", async () => {
    await withBusyPort(async (port) => {
      const ended = await script(name, ...args, "--port", String(port));
      expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^Port \d+ is in use .*\n$/) });
    });
  });
});

test("a shop tells which reference nobody called back for", async () => {
  const shop = await openShop();
  await expect(shop.waitFor("INV-1", 10)).rejects.toThrow(new Error("No callback came for INV-1 in 0.01 seconds."));
  await expect(openShop({ port: Number(new URL(shop.url).port) })).rejects.toThrow(/^Port \d+ is in use/);
  await shop.close();
});
