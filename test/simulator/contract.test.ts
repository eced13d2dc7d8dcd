import { type OperationInfo, operationTable } from "@mpesa/raw";
import * as validators from "@mpesa/raw/validators";
import { loadDocument } from "@mpesa/scripts/document";
import { parseCallback } from "@mpesa/sdk/callbacks";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Coverage } from "../contract/coverage.ts";
import { names } from "../contract/mock.ts";
import { type Plan, planOperation } from "../contract/plan.ts";
import { type Gateway, MERCHANT_PHONE, startGateway } from "./gateway.ts";

const document = loadDocument();
const operations: readonly OperationInfo[] = Object.values(operationTable);
const coverage = new Coverage(operations.map(({ id }) => id));
const planOf = (operation: OperationInfo): Plan => planOperation(operation, { document, validators });
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway(document, (id, urlField) => {
    const operation = operations.find((one) => one.id === id);
    return (operation && planOf(operation).callbacks.find((one) => one.urlField === urlField)?.reply) ?? null;
  });
  for (const number of phoneNumbers()) gateway.simulator.customer(number).always("pay");
});

// A phone that still has a prompt on it takes no other.
afterEach(async () => {
  gateway.simulator.clearScenarios();
  await gateway.simulator.settled();
});

afterAll(async () => {
  await gateway?.close();
  console.log(`Operations of the simulator, behind Prism's proxy\n\n${coverage}\n`);
});

describe.each(operations)("$id", (operation) => {
  const plan = planOf(operation);
  const [first] = plan.requests as [Plan["requests"][0]];

  test("takes every example request, and its answers pass their validator", async () => {
    for (const sample of plan.requests) {
      // The example's prompt is one that nobody has pushed here.
      if (operation.id === "stkQuery") gateway.simulator.next("stkQuery", { resultCode: "0" });
      const { status, violations, body } = await gateway.send(operation, sample);
      const seen = { sample: sample.name, status, violations, problems: plan.checkAnswer(body) };
      expect(seen).toEqual({ sample: sample.name, status: 200, violations: undefined, problems: [] });
      await gateway.simulator.settled();
    }
    coverage.prove(operation.id, "request valid", String(plan.requests.length));
    coverage.prove(operation.id, "answer valid", String(plan.requests.length));
  });

  test("refuses a request without credentials in an answer that the spec allows", async () => {
    const { status, violations } = await gateway.send(operation, first, { authorised: false });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(ofAnswer(violations)).toEqual([]);
    coverage.prove(operation.id, "unauthorised refused", String(status));
  });

  test("refuses every wrong field that Prism names, in an answer that the spec allows", async () => {
    const missed: unknown[] = [];
    for (const sample of plan.wrong) {
      const { status, violations } = await gateway.send(operation, sample);
      const right = status >= 400 && names(violations, sample.field) && ofAnswer(violations).length === 0;
      if (!right) missed.push({ sample: sample.name, status, violations });
    }
    expect(missed).toEqual([]);
    coverage.prove(operation.id, "bad field refused", String(plan.wrong.length));
  });

  test("breaks and refuses as the spec allows", async () => {
    for (const fault of ["html503", "html403", "spikeArrest", "gatewayTimeout"] as const) {
      gateway.simulator.next(operation.id, { fault });
      const { status, violations } = await gateway.send(operation, first);
      expect({ fault, violations, refused: status >= 400 }).toEqual({ fault, violations: undefined, refused: true });
    }
    for (const errorCode of [
      "500.001.1001",
      "500.003.02",
      "500.003.03",
      "500.003.1001",
      "400.002.05",
      "steps.servicecallout.ExecutionFailed",
    ]) {
      gateway.simulator.next(operation.id, { errorCode });
      const { violations } = await gateway.send(operation, first);
      expect({ errorCode, violations }).toEqual({ errorCode, violations: undefined });
    }
  });

  test("posts callbacks that are valid and parsed", async () => {
    const { callbacks } = plan;
    for (const { name, urlField, check } of callbacks) {
      if (name === "timeout") gateway.simulator.next(operation.id, { timeout: true });
      const { status, callbackPath } = await gateway.send(operation, fresh(first));
      expect({ name, status }).toEqual({ name, status: 200 });
      const shortCode = first.body?.["ShortCode"];
      if (operation.id.startsWith("c2bRegister"))
        gateway.simulator.customer(PAYER).pay({ shortCode: String(shortCode), amount: 10, reference: "INV-1042" });
      const { body } = await gateway.receiver.waitFor(callbackPath(urlField));
      expect({ name, body, problems: check(body) }).toEqual({ name, body, problems: [] });
      expect({ name, body, kind: parseCallback(body).kind }).not.toMatchObject({ kind: "unrecognised" });
      await gateway.simulator.settled();
    }
    coverage.prove(operation.id, "callback parsed", callbacks.length > 0 ? String(callbacks.length) : "has none");
  });
});

test("an answer that the spec does not know is noticed", async () => {
  const operation = operationTable.qrGenerate;
  gateway.simulator.next("qr", { errorCode: "500.003.1001", status: 418 });
  const { violations } = await gateway.send(operation, planOf(operation).requests[0] as Plan["requests"][0]);
  expect(ofAnswer(violations)).toHaveLength(1);
});

test("nothing is left out, and no money was made", () => {
  expect(coverage.gaps()).toEqual([]);
  expect(gateway.simulator.ledger.total()).toBe(0);
});

const PAYER = "254712345678";

/** Everybody whom the examples ask to pay. */
function phoneNumbers(): string[] {
  const found = operations.flatMap((operation) =>
    planOf(operation).requests.flatMap(({ body = {} }) => [body["PhoneNumber"], body["Msisdn"]]),
  );
  return [...new Set([MERCHANT_PHONE, ...found.map(String)])].filter((number) => /^254\d{9}$/.test(number));
}

/** The same request under an id of its own: Daraja takes one id once. */
function fresh(sample: Plan["requests"][0]): Plan["requests"][0] {
  if (sample.body?.["OriginatorConversationID"] === undefined) return sample;
  return { ...sample, body: { ...sample.body, OriginatorConversationID: crypto.randomUUID() } };
}

/** What Prism finds wrong with an answer. */
function ofAnswer(violations: string | undefined): unknown[] {
  const findings = JSON.parse(violations ?? "[]") as { location: string[] }[];
  return findings.filter(({ location }) => location[0] === "response");
}
