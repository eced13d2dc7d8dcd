import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Core } from "../../src/core.ts";
import { isMpesaError } from "../../src/errors.ts";
import type { MpesaEvent } from "../../src/events.ts";
import { parseOptions } from "../../src/options.ts";
import { type FaultServer, json, startFaultServer, token } from "../support/fault-server.ts";
import { type Sender, senders } from "../support/fetches.ts";
import { HELD_MS, holdTimeouts } from "../support/hold-timeouts.ts";
import { examplesOf } from "../support/spec.ts";
import { type Fault, faults, MAX_RETRIES } from "./matrix.ts";

const operations: readonly OperationInfo[] = Object.values(operationTable);
const secrets = { consumerKey: "matrixConsumerKey0123", consumerSecret: "matrixSecret4567" };
let cells = 0;
let violations = 0;

// Full jitter down to nothing: the waits are backoff's own business, and tested there.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());
afterAll(() =>
  console.log(
    `fault matrix: ${senders.length} fetches × ${operations.length} operations × ${faults.length} faults = ${cells} cells, violations: ${violations}`,
  ),
);

const rows = senders.flatMap((sender) => operations.map((operation) => ({ ...sender, id: operation.id, operation })));

describe.each(rows)("$sender: $id", ({ operation, fetch }) => {
  test.each(faults)("$name", async (fault) => {
    cells++;
    violations++;
    const { attempts, end, received } = await runCell(operation, fault, fetch);
    const expected = fault.expect(operation);
    expect({ attempts, end }).toEqual(expected);
    expect(received.every((path) => path === operation.path || path === operationTable.generateToken.path)).toBe(true);
    violations--;
  });
});

async function runCell(operation: OperationInfo, fault: Fault, fetch: Sender["fetch"]) {
  const { request, answer } = examplesOf(operation.id);
  const isToken = operation.id === "generateToken";
  const ok = isToken ? token : json(200, answer);
  const controller = new AbortController();
  const elapse = holdTimeouts();
  const server = await startFaultServer(({ path }, nth) => {
    if (path !== operation.path) return path === operationTable.generateToken.path ? token : json(404, {});
    if (fault.timeout === "beforeHeaders") elapse();
    if (fault.abort === "after") controller.abort(new Error("the caller left"));
    return fault.behave?.(nth, ok) ?? ok;
  });
  const fetchThenElapse: typeof globalThis.fetch = async (...given) => {
    const response = await fetch(...given);
    // Once the client reads the body.
    setImmediate(elapse);
    return response;
  };
  const sending = fault.timeout === "inBody" ? fetchThenElapse : fetch;
  try {
    const end = await callOnce(operation, fault, server, request, controller, sending);
    const received = server.received.map(({ path }) => path);
    return { end, received, attempts: received.filter((path) => path === operation.path).length };
  } finally {
    await server.close();
  }
}

async function callOnce(
  operation: OperationInfo,
  fault: Fault,
  server: FaultServer,
  request: unknown,
  controller: AbortController,
  fetch: Sender["fetch"],
): Promise<string> {
  if (fault.abort === "before") controller.abort(new Error("the caller left"));
  const events: MpesaEvent[] = [];
  const core = new Core(
    parseOptions({
      ...(operation.id === "generateToken" ? secrets : { accessToken: tokens() }),
      fetch,
      baseUrl: addressOf(fault, server),
      timeoutMs: HELD_MS,
      maxRetries: MAX_RETRIES,
      onEvent: (event) => events.push(event),
    }),
  );
  try {
    const signal = controller.signal;
    if (operation.id === "generateToken") await core.token({ signal });
    else
      await core.request(operation.id as Exclude<OperationId, "generateToken">, request as never, {
        options: { signal },
      });
    return "resolves";
  } catch (error) {
    if (!isMpesaError(error)) throw error;
    expect(error.operation).toBe(operation.id);
    expect(error.hint ?? error.message).not.toBe("");
    return error.type;
  } finally {
    // What the events say must be what the server saw.
    const announced = events.filter((event) => event.type === "request" && event.operation === operation.id).length;
    if (!fault.connectTo) expect(announced).toBe(server.received.filter(({ path }) => path === operation.path).length);
  }
}

/** A new token each time, as a provider gives after a refusal. */
function tokens(): () => string {
  let given = 0;
  return () => `matrixToken${++given}`;
}

function addressOf(fault: Fault, server: FaultServer): string {
  if (fault.connectTo === "nowhere") return "http://daraja.invalid";
  // No system hands out this port by itself: a server of another test could come to stand behind any higher one.
  return fault.connectTo === "closed port" ? "http://127.0.0.1:2" : server.url;
}
