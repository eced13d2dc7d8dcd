import { isDeepStrictEqual } from "node:util";
import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { type CodeInfo, errorCodes, faultCodes, httpCodes } from "@mpesa/raw/codes";
import { describe, expect, it } from "vitest";
import { isSigned } from "../../src/codes/credential.ts";
import { type Code, explain } from "../../src/codes/index.ts";
import { decide } from "../../src/http/decide.ts";
import { toError } from "../../src/http/to-error.ts";
import { isMpesaError, Mpesa } from "../../src/index.ts";
import { Redactor } from "../../src/redact.ts";
import { calls } from "../products/calls.ts";
import { connect, type Json, json, options } from "../products/harness.ts";

/** A response that is no acceptance, in the form in which Daraja or its gateway writes it. */
interface Case {
  readonly code: string;
  readonly status: number;
  readonly body: string;
  /** The spec lists this code with this status. */
  readonly listed: boolean;
}

const OTHER_STATUSES = [200, 400, 401, 403, 404, 409, 429, 500, 502];
const UNLISTED = ["400.777.77", "499.001.99", "500.123.45", "408", "401", "409", "410", "429", "weird", " 400.002.05 "];
const NO_PRODUCT = "Invalid API call as no apiproduct match found";

const daraja = (code: string, text: string) => ({ requestId: "1", errorCode: code, errorMessage: text });
const fault = (code: string, text: string) => ({ fault: { faultstring: text, detail: { errorcode: code } } });
const soap = (code: string, text: string) => ({
  Envelope: {
    Body: { Fault: { faultcode: "soap:Server", faultstring: text, detail: { source: { errorcode: code } } } },
  },
});

function casesOf(table: readonly CodeInfo[], write: (code: string, text: string) => unknown): Case[] {
  return table.flatMap(({ code: pattern, http = [], variants = [] }) => {
    const code = pattern.replace("*", "Any");
    const texts = ["Nobody knows", "", NO_PRODUCT, ...variants.map(({ match }) => match)];
    return [...new Set([...http, ...OTHER_STATUSES])].flatMap((status) =>
      texts.map((text) => {
        const listed = http.includes(status) && text !== NO_PRODUCT;
        return { code, status, listed, body: JSON.stringify(write(code, text)) };
      }),
    );
  });
}

const cases: readonly Case[] = [
  ...casesOf(errorCodes, daraja),
  ...casesOf(faultCodes, fault),
  ...casesOf(faultCodes, soap),
  ...UNLISTED.flatMap((code) =>
    OTHER_STATUSES.flatMap((status) =>
      ["?", NO_PRODUCT].map((text) => ({ code, status, listed: false, body: JSON.stringify(daraja(code, text)) })),
    ),
  ),
  ...httpCodes.map(({ code, http: [status = 0] = [] }) => {
    const body = code.endsWith("html") ? "<html></html>" : code.endsWith("empty") ? "" : "{}";
    return { code, status, listed: true, body };
  }),
];

/** Makes a call of the operation whose every response is that of the case. */
async function run(id: OperationId, respond: () => Response): Promise<unknown> {
  if (id === "generateToken") return new Mpesa({ ...options, fetch: async () => respond() }).auth.token();
  const call = calls.find(({ operation }) => operation === id);
  if (!call) throw new Error(`no call is known for ${id}`);
  return call.run(connect(respond).mpesa);
}

/** What the client says of a response: the error it throws, or the state it reads. */
async function told(id: OperationId, respond: () => Response): Promise<Json> {
  try {
    return { resolved: true, ...((await run(id, respond)) as Json) };
  } catch (error) {
    if (!isMpesaError(error)) throw error;
    return error as unknown as Json;
  }
}

/** What of an explanation contradicts what the client said. */
function contradictions({ id, retry, auth }: OperationInfo, error: Json, explanation: Code): string[] {
  const { next, hint, kind } = explanation;
  const isSafe = retry === "safe";
  // Repeating an unlisted answer to a signed query may be another rejection of the initiator's credential.
  const repeats = isSigned(id) ? (["later", "ask"] as const) : (["later"] as const);
  const found: string[] = [];
  const expectNext = (...allowed: Code["next"][]): void => {
    if (!allowed.includes(next)) found.push(`${String(error["type"])} and next ${next}`);
  };
  switch (error["type"]) {
    case undefined:
      expectNext(error["outcome"] === "pending" ? "poll" : "no");
      break;
    case "MpesaAuthError":
      expectNext(auth === "basic" || kind === "noApiProduct" ? "fix" : "token");
      break;
    case "MpesaRateLimitError":
      expectNext("later");
      break;
    case "MpesaOutcomeUnknownError":
      expectNext(...(isSafe ? repeats : (["ask"] as const)));
      break;
    default:
      expectNext("fix", "new", "no", ...(isSafe ? (["poll", ...repeats] as const) : []));
  }
  // The error carries the same object, unless the response contradicted itself.
  const own = error["code"] as Code | undefined;
  if (own !== undefined && !isDeepStrictEqual(own, explanation)) found.push("another code than explain()");
  if (error["type"] === "MpesaApiError" && error["kind"] !== kind) found.push(`kind ${error["kind"]} and ${kind}`);
  // What finds out about a lost payment names its id; only the call knows that.
  const said = String(error["hint"] ?? own?.hint ?? hint);
  const same = error["type"] === "MpesaOutcomeUnknownError" && !isSafe ? said.startsWith(hint) : said === hint;
  if (!same) found.push(`hint "${said}" and "${hint}"`);
  return found;
}

/** What explain() says that contradicts the client, for each of some responses. */
async function disagreements(
  operation: OperationInfo,
  some: readonly Case[],
  say: (one: Case) => Json | Promise<Json>,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const one of some) {
    const error = await say(one);
    const text = error["errorMessage"] ?? error["resultDescription"] ?? error["responseDescription"];
    const about = {
      product: "error",
      code: (error["errorCode"] as string | undefined) ?? one.code,
      text: text as string | undefined,
      operation: operation.id,
    } as const;
    const withStatus = explain({ ...about, status: one.status });
    // A listed code says enough without its status.
    const explanations = one.listed && withStatus.known ? [withStatus, explain(about)] : [withStatus];
    const found = explanations.flatMap((explanation) => contradictions(operation, error, explanation));
    if (found.length > 0) wrong.push({ code: one.code, status: one.status, text, found });
  }
  return wrong;
}

describe("explain() and the client agree", () => {
  const operations = Object.values<OperationInfo>(operationTable);

  it.each(operations)("about every listed response to a call of $id", async (operation) => {
    const listed = cases.filter((one) => one.listed);
    const say = ({ body, status }: Case) => told(operation.id, () => new Response(body, { status }));
    expect(await disagreements(operation, listed, say)).toEqual([]);
  });

  it.each(operations)("about every code with every status in the errors of $id", async (operation) => {
    const say = ({ body: text, status }: Case): Json => {
      const response = { status, headers: new Headers(), text };
      const decision = decide(operation, response);
      if (decision.kind === "accepted") throw new Error(`${text} is an acceptance`);
      const outcome = { kind: "decided", decision, response, resent: false } as const;
      const context = { operation, redactor: new Redactor(), ids: {}, recovery: "Find it." };
      return toError(outcome, context) as unknown as Json;
    };
    expect(await disagreements(operation, cases, say)).toEqual([]);
  });

  it("looks at every code, and at what no table has", () => {
    expect(new Set(cases.map(({ code }) => code)).size).toBe(
      errorCodes.length + faultCodes.length + httpCodes.length + UNLISTED.length - 3,
    );
  });
});

describe("a rejected C2B registration", () => {
  const soapText = "Execution of ServiceCallout SCO-AddURLVault failed. Reason: ResponseCode 409 is treated as error";
  const conflict = () => json(soap("steps.servicecallout.ExecutionFailed", soapText), 500);
  const missing = (status: number) => () => json(daraja("404.001.03", NO_PRODUCT), status);

  it.each([
    ["c2bRegisterV1", "v2"],
    ["c2bRegisterV2", "v1"],
  ] as const)("of %s names version %s and the other kind of short code", async (id, other) => {
    for (const respond of [conflict, missing(401), missing(404)]) {
      const { hint } = await told(id, respond);
      expect(hint).toMatch(new RegExp(`version ${other}\\b`));
      expect(hint).toMatch(/short code that takes C2B payments/);
    }
    expect(await told(id, conflict)).toMatchObject({ type: "MpesaApiError", kind: "urlsRejected" });
    expect(await told(id, missing(401))).toMatchObject({ type: "MpesaAuthError" });
  });

  it("names the versions in no other call", async () => {
    for (const { id } of Object.values<OperationInfo>(operationTable)) {
      if (id.startsWith("c2bRegister")) continue;
      expect((await told(id, missing(404)))["hint"], id).not.toMatch(/version/);
    }
  });
});
