import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Span, type Tracer, traceMpesa } from "../../../examples/opentelemetry.ts";
import { Mpesa, type MpesaOptions } from "../src/index.ts";
import { type Behaviour, type FaultServer, json, reset, startFaultServer, token } from "./support/fault-server.ts";
import { examplesOf } from "./support/spec.ts";

interface Recorded {
  readonly name: string;
  readonly kind?: number;
  readonly attributes: Record<string, unknown>;
  readonly status?: { code: number; message?: string };
  ended: number;
}

class RecordingTracer implements Tracer {
  readonly spans: Recorded[] = [];

  startSpan(
    name: string,
    { kind, attributes = {} }: { kind?: number; attributes?: Record<string, string | number | boolean> } = {},
  ): Span {
    const span: Recorded = { name, ...(kind !== undefined && { kind }), attributes: { ...attributes }, ended: 0 };
    this.spans.push(span);
    return {
      setAttributes: (more) => void Object.assign(span.attributes, more),
      setStatus: (status) => void Object.assign(span, { status }),
      end: () => void span.ended++,
    };
  }
}

const busy = json(500, {
  requestId: "invented-1",
  errorCode: "500.003.02",
  errorMessage: "Error Occurred: Spike Arrest Violation",
});
const accepted = json(200, examplesOf("stkPush").answer);
let server: FaultServer | undefined;

// Full jitter down to nothing.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
});

async function pushOnce(
  answer: (nth: number) => Behaviour,
  options: Partial<MpesaOptions> = {},
): Promise<RecordingTracer> {
  server = await startFaultServer(({ path }, nth) => (path.startsWith("/oauth") ? token : answer(nth)));
  const tracer = new RecordingTracer();
  const mpesa = new Mpesa({
    baseUrl: server.url,
    consumerKey: "inventedConsumerKey01",
    consumerSecret: "inventedSecret4567",
    shortCode: "174379",
    passkey: "inventedPasskey0123456789",
    onEvent: traceMpesa(tracer),
    ...options,
  });
  await mpesa.stk
    .push({
      payTo: { account: "INV-1" },
      phoneNumber: "254708374149",
      amount: 1,
      description: "Order 1",
      callbackUrl: "https://shop.example/cb",
    })
    .catch(() => undefined);
  return tracer;
}

describe("the OpenTelemetry example", () => {
  it("makes one ended client span for each attempt, and one for the token", async () => {
    const { spans } = await pushOnce(() => accepted);
    expect(spans.map(({ name }) => name)).toEqual(["mpesa generateToken", "mpesa token renewed", "mpesa stkPush"]);
    expect(spans.every((span) => span.ended === 1 && span.status === undefined)).toBe(true);
    expect(spans[2]).toMatchObject({
      kind: 2,
      attributes: { "mpesa.operation": "stkPush", "http.response.status_code": 200 },
    });
  });

  it("says of a repeated attempt why it was made, and marks the refused one", async () => {
    const { spans } = await pushOnce((nth) => (nth === 1 ? busy : accepted));
    const [first, second] = spans.filter(({ name }) => name === "mpesa stkPush");
    expect(first).toMatchObject({
      status: { code: 2, message: "500.003.02" },
      attributes: { "error.type": "500.003.02", "http.response.status_code": 500, "mpesa.request_id": "invented-1" },
    });
    expect(first?.attributes).not.toHaveProperty("http.request.resend_count");
    expect(second).toMatchObject({
      ended: 1,
      attributes: { "http.request.resend_count": 1, "mpesa.retry.reason": "busy" },
    });
    expect(second?.status).toBeUndefined();
  });

  it("marks a lost answer as sent", async () => {
    const { spans } = await pushOnce(() => reset);
    const lost = spans.filter(({ name }) => name === "mpesa stkPush");
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ ended: 1, status: { code: 2 }, attributes: { "mpesa.sent": true } });
  });

  it("shows warnings, such as a broken token store that stopped nothing", async () => {
    const broken = { get: () => Promise.reject(new Error("down")), set: () => Promise.reject(new Error("down")) };
    const { spans } = await pushOnce(() => accepted, { tokenStore: broken });
    expect(
      spans.filter(({ name }) => name === "mpesa warning").map(({ attributes }) => attributes["mpesa.warning"]),
    ).toContain("tokenStoreFailed");
    expect(spans.at(-1)).toMatchObject({ name: "mpesa stkPush", attributes: { "http.response.status_code": 200 } });
  });

  it("lets no secret and no phone number into a span", async () => {
    const { spans } = await pushOnce((nth) => (nth === 1 ? busy : reset));
    expect(JSON.stringify(spans)).not.toMatch(
      /inventedSecret|inventedConsumerKey|inventedPasskey|254708374149|c9SQxWWhmdVRlyh0zh8gZDTkubVF/,
    );
  });
});
