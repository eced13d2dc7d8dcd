import { afterEach, describe, expect, it, vi } from "vitest";
import type { MpesaEvent, MpesaLogger, MpesaLogLevel, MpesaOptions } from "../src/index.ts";
import { type Answer, accept, connect, daraja, failure, SECRET } from "./products/harness.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
const params = { payTo: { account: "INV-1" }, phoneNumber: "0712 345 678", amount: 100 };

/** What a push logs, as `level: message`. */
async function logged(
  logLevel: MpesaLogLevel | undefined,
  answer: Answer = accept,
  more: Partial<MpesaOptions> = {},
): Promise<{ lines: string[]; events: MpesaEvent[] }> {
  const lines: string[] = [];
  const events: MpesaEvent[] = [];
  const write = (level: string) => (message: string, event: MpesaEvent) => {
    lines.push(`${level}: ${message.replaceAll(/(call|in) \d+/g, "$1 N")}`);
    events.push(event);
  };
  const logger = Object.fromEntries(LEVELS.map((level) => [level, write(level)])) as unknown as MpesaLogger;
  const { mpesa } = connect(answer, { logger, ...(logLevel && { logLevel }), ...more });
  await mpesa.stk.push(params).catch(() => undefined);
  return { lines, events };
}

const lost: Answer = () => Promise.reject(new TypeError("fetch failed"));
const unsent: Answer = () =>
  Promise.reject(
    Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }),
  );

describe("the log", () => {
  afterEach(() => vi.restoreAllMocks());

  it("has a sentence for each event, at its level", async () => {
    const { lines, events } = await logged("debug");
    expect(lines).toEqual(
      [
        "debug: mpesa: generateToken (call N, attempt 1) is sent",
        "info: mpesa: generateToken (call N, attempt 1) received HTTP 200 in N ms",
        "info: mpesa: received an access token for 3599 seconds",
        "debug: mpesa: stkPush (call N, attempt 1) is sent",
        "info: mpesa: stkPush (call N, attempt 1) received HTTP 200 in N ms",
      ].toSorted((one, other) => lines.indexOf(one) - lines.indexOf(other)),
    );
    expect(events.map(({ type }) => type)).toContain("token");
  });

  it.each([
    [
      "a lost response",
      lost,
      /^error: mpesa: stkPush \(call N, attempt 1\) received no response: the connection broke/,
    ],
    ["a request that was not sent", unsent, /^warn: mpesa: stkPush \(call N, attempt 1\) was not sent: /],
  ])("reports %s", async (_, answer, expected) => {
    const { lines } = await logged("warn", answer);
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it("reports codes, warnings and retries", async () => {
    const busy = daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation");
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { lines } = await logged("info", busy, { maxRetries: 1, callbackUrl: "https://Example.com/a" });
    expect(lines).toEqual(
      expect.arrayContaining([
        "warn: mpesa: callbackUrlCase: callbackUrl has capital letters in its host, and Safaricom has rejected such a URL.",
        "info: mpesa: stkPush (call N, attempt 1) received HTTP 500 and error code 500.003.02 in N ms (request 4788-81090592-4)",
        "info: mpesa: stkPush (call N, attempt 1) is retried in N ms (busy)",
      ]),
    );
  });

  it.each([
    [undefined, []],
    ["off", []],
    ["error", ["error"]],
    ["warn", ["error"]],
    ["info", ["error", "info"]],
    ["debug", ["debug", "error", "info"]],
  ] as const)("of level %s has nothing below it", async (level, expected) => {
    const { lines } = await logged(level, lost);
    expect([...new Set(lines.map((line) => line.split(":")[0]))].sort()).toEqual(expected);
  });

  it("goes to the console by default, and stays silent without a level", async () => {
    const spies = LEVELS.map((level) => vi.spyOn(console, level).mockImplementation(() => undefined));
    const calls = () => spies.map(({ mock }) => mock.calls.length > 0);
    await connect().mpesa.stk.push(params);
    expect(calls()).toEqual([false, false, false, false]);
    await connect(accept, { logLevel: "debug" }).mpesa.stk.push(params);
    expect(calls()).toEqual([true, true, false, false]);
  });

  it("shows no secret of a gateway that echoes everything", async () => {
    const echo: Answer = ({ body, headers }) => {
      const all = `${JSON.stringify(body)} ${headers.get("authorization")} ${Object.values(SECRET).join(" ")}`;
      return Response.json({ requestId: all, errorCode: all, errorMessage: all }, { status: 400 });
    };
    const { lines, events } = await logged("debug", echo);
    const shown = lines.join() + JSON.stringify(events);
    expect(shown).toContain("[redacted]");
    for (const secret of [...Object.values(SECRET), "712345678", "c9SQxWWhmdVRlyh0zh8gZDTkubVF", "4b1f7c"])
      expect(shown).not.toContain(secret);
  });

  it("breaks no payment, and no other listener", async () => {
    const events: MpesaEvent[] = [];
    const broken = () => {
      throw new Error("the disk is full");
    };
    const rejects = () => Promise.reject(new Error("the disk is full")) as never;
    const logger = { debug: broken, info: rejects, warn: broken, error: broken };
    const onEvent = (event: MpesaEvent): void => {
      events.push(event);
      throw new Error("no");
    };
    const { mpesa } = connect(accept, { logLevel: "debug", logger, onEvent });
    await mpesa.stk.push(params);
    expect(events.length).toBeGreaterThan(3);
    expect(await failure(() => connect(lost, { logLevel: "debug", logger }).mpesa.stk.push(params))).toMatchObject({
      type: "MpesaOutcomeUnknownError",
    });
  });
});
