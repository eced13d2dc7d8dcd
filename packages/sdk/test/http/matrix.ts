import type { OperationInfo } from "@mpesa/raw";
import { initiatorFields } from "@mpesa/raw/platform";
import type { MpesaErrorType } from "../../src/errors.ts";
import { type Behaviour, json, page, reset, resetInBody, silence, stall } from "../support/fault-server.ts";

/** What a fault must lead to: how many requests of the operation reach the server, and how the call ends. */
export interface Expected {
  readonly attempts: number;
  readonly end: MpesaErrorType | "resolves";
}

/** One way in which a call can go wrong. */
export interface Fault {
  readonly name: string;
  /** What the server does with the nth request of the operation; `ok` is the accepted answer. */
  readonly behave?: (nth: number, ok: Behaviour) => Behaviour;
  /** Where the client connects instead of to the server. */
  readonly connectTo?: "nowhere" | "closed port";
  readonly abort?: "before" | "after";
  /** What the call has got when its time is up: nothing, or the headers. */
  readonly timeout?: "beforeHeaders" | "inBody";
  readonly expect: (operation: OperationInfo) => Expected;
}

export const MAX_RETRIES = 2;
const ALL = MAX_RETRIES + 1;
const isSafe = (operation: OperationInfo): boolean => operation.retry === "safe";
const isToken = (operation: OperationInfo): boolean => operation.id === "generateToken";

const same = (attempts: number, end: Expected["end"]) => (): Expected => ({ attempts, end });
/** A read is tried again; a money call left once and nobody knows. */
const lost = (operation: OperationInfo): Expected =>
  isSafe(operation)
    ? { attempts: ALL, end: "MpesaOutcomeUnknownError" }
    : { attempts: 1, end: "MpesaOutcomeUnknownError" };
/** An unlisted code may be a rejection of the initiator's credential, which no repeat may add to. */
const unlisted = (operation: OperationInfo): Expected =>
  operation.id in initiatorFields ? { ...unclear(operation), attempts: 1 } : unclear(operation);
const unclear = (operation: OperationInfo): Expected =>
  isSafe(operation) ? { attempts: ALL, end: "MpesaApiError" } : { attempts: 1, end: "MpesaOutcomeUnknownError" };
/** A stale token is replaced once; the token call itself has none to replace. */
const staleOnce = (operation: OperationInfo): Expected =>
  isToken(operation) ? { attempts: 1, end: "MpesaAuthError" } : { attempts: 2, end: "resolves" };

const daraja = (status: number, errorCode: string, errorMessage: string): Behaviour =>
  json(status, { requestId: "4788-81090592-4", errorCode, errorMessage });
const gatewayFault = (status: number, faultstring: string, errorcode: string): Behaviour =>
  json(status, { fault: { faultstring, detail: { errorcode } } });
const always = (behaviour: Behaviour) => (): Behaviour => behaviour;
const onceThenOk =
  (behaviour: Behaviour) =>
  (nth: number, ok: Behaviour): Behaviour =>
    nth === 1 ? behaviour : ok;

const SPIKE =
  "Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}";
const HTML = '<html style="height:100%"><head><META NAME="ROBOTS"></head><body>Request unsuccessful.</body></html>';

export const faults: readonly Fault[] = [
  { name: "DNS failure", connectTo: "nowhere", expect: same(0, "MpesaConnectionError") },
  { name: "connection refused", connectTo: "closed port", expect: same(0, "MpesaConnectionError") },
  { name: "reset before the answer", behave: always(reset), expect: lost },
  { name: "reset mid-body", behave: always(resetInBody), expect: lost },
  { name: "timeout before headers", behave: always(silence), timeout: "beforeHeaders", expect: lost },
  { name: "stalled body", behave: always(stall), timeout: "inBody", expect: lost },
  { name: "abort before sending", abort: "before", expect: same(0, "MpesaConnectionError") },
  { name: "abort after sending", abort: "after", behave: always(silence), expect: same(1, "MpesaOutcomeUnknownError") },
  {
    name: "401 stale token",
    behave: onceThenOk(
      daraja(401, "401.002.01", "Error Occurred - Invalid Access Token - c9SQxWWhmdVRlyh0zh8gZDTkubVF"),
    ),
    expect: staleOnce,
  },
  { name: "404 stale token", behave: onceThenOk(daraja(404, "404.001.03", "Invalid Access Token")), expect: staleOnce },
  { name: "400 stale token", behave: onceThenOk(daraja(400, "400.003.01", "Invalid Access Token")), expect: staleOnce },
  {
    name: "oauth fault",
    behave: onceThenOk(gatewayFault(401, "Access Token expired", "keymanagement.service.access_token_expired")),
    expect: staleOnce,
  },
  {
    name: "token refused for good",
    behave: always(daraja(404, "404.001.03", "Invalid Access Token")),
    expect: (op) => ({ attempts: isToken(op) ? 1 : 2, end: "MpesaAuthError" }),
  },
  {
    name: "apiproduct",
    behave: always(daraja(401, "401.003.01", "Invalid API call as no apiproduct match found")),
    expect: same(1, "MpesaAuthError"),
  },
  {
    name: "apiproduct, said in plain text",
    behave: always(page(401, "Invalid API call as no apiproduct match found", "text/plain")),
    expect: same(1, "MpesaAuthError"),
  },
  {
    name: "429 fault",
    behave: always(gatewayFault(429, SPIKE, "policies.ratelimit.SpikeArrestViolation")),
    expect: same(1, "MpesaRateLimitError"),
  },
  {
    name: "429 with a short Retry-After",
    behave: onceThenOk(json(429, {}, { "retry-after": "0" })),
    expect: same(2, "resolves"),
  },
  {
    name: "500.003.02",
    behave: always(daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation")),
    expect: same(ALL, "MpesaRateLimitError"),
  },
  {
    name: "500 known",
    behave: always(daraja(500, "400.002.05", "Invalid Request Payload")),
    expect: (op) => ({ attempts: 1, end: isToken(op) ? "MpesaAuthError" : "MpesaApiError" }),
  },
  { name: "500 unknown", behave: always(daraja(500, "500.999.99", "Something else")), expect: unlisted },
  { name: "502", behave: always(page(502, "Bad Gateway", "text/plain")), expect: unclear },
  { name: "503 HTML", behave: always(page(503, HTML)), expect: unclear },
  {
    name: "504 fault",
    behave: always(gatewayFault(504, "Gateway Timeout", "messaging.adaptors.http.flow.GatewayTimeout")),
    expect: unclear,
  },
  { name: "200 HTML", behave: always(page(200, HTML)), expect: lost },
  {
    name: "200 with errorCode",
    behave: always(daraja(200, "400.002.02", "Bad Request - Invalid Amount")),
    expect: (op) => ({ attempts: 1, end: isToken(op) ? "MpesaAuthError" : "MpesaApiError" }),
  },
  { name: "200 empty", behave: always(page(200, "")), expect: lost },
  { name: "200 truncated", behave: always(page(200, '{"ResponseCode":"0","Resp', "application/json")), expect: lost },
  { name: "307 redirect", behave: always(json(307, {}, { location: "/elsewhere" })), expect: lost },
];
