import { type OperationInfo, operationTable } from "@mpesa/raw";
import { type NextStep, stkCodes } from "@mpesa/raw/codes";
import { sandbox } from "@mpesa/raw/platform";
import * as validators from "@mpesa/raw/validators";
import { loadDocument } from "@mpesa/scripts/document";
import { type Json, objectEntries, objectOf } from "@mpesa/scripts/json";
import { Mpesa, type StkPushParams } from "@mpesa/sdk";
import { type Outcome, parseCallback, parseStkCallback } from "@mpesa/sdk/callbacks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { senders } from "../../packages/sdk/test/support/fetches.ts";
import { Coverage } from "./coverage.ts";
import { type Mock, names, startMock } from "./mock.ts";
import { type Plan, planOperation } from "./plan.ts";

const document = loadDocument();
const operations: readonly OperationInfo[] = Object.values(operationTable);
const coverage = new Coverage(operations.map(({ id }) => id));
const planOf = (operation: OperationInfo): Plan => planOperation(operation, { document, validators });
let mock: Mock;

beforeAll(async () => {
  mock = await startMock(document, (id, urlField) => {
    const operation = operations.find((one) => one.id === id);
    const callback = operation && planOf(operation).callbacks.find((one) => one.urlField === urlField);
    return callback?.reply ?? null;
  });
});

afterAll(async () => {
  await mock?.close();
  console.log(`Operations against Prism\n\n${coverage}\n`);
});

test("the table holds every operation of the spec", () => {
  const paths = objectEntries(document["paths"]).flatMap(([, item]) =>
    objectEntries(item).map(([, one]) => one["operationId"]),
  );
  expect(operations.map(({ id }) => id).sort()).toEqual(paths.sort());
});

describe.each(operations)("$id", (operation) => {
  test("takes every example request", async () => {
    const { requests } = planOf(operation);
    for (const sample of requests) {
      const { status, violations } = await mock.send(operation, sample);
      expect({ sample: sample.name, status, violations }).toEqual({
        sample: sample.name,
        status: 200,
        violations: undefined,
      });
    }
    coverage.prove(operation.id, "request valid", counted(requests.length, "example"));
  });

  test("gives answers that pass their validator", async () => {
    const { requests, answers, checkAnswer, checkError } = planOf(operation);
    for (const [answer, value] of answers) {
      const { status, body } = await mock.send(operation, requests[0] as Plan["requests"][0], { answer });
      const problems = "errorCode" in objectOf(value) ? checkError(body) : checkAnswer(body);
      expect({ answer, status, body, problems }).toEqual({
        answer,
        status: 200,
        body: value,
        problems: [],
      });
    }
    coverage.prove(operation.id, "answer valid", counted(answers.length, "example"));
  });

  test("gives an acceptance unless it is asked for the error that comes with status 200", async () => {
    const { requests, answers, checkAnswer, checkError } = planOf(operation);
    const { body } = await mock.send(operation, requests[0] as Plan["requests"][0]);
    expect({ body, problems: checkAnswer(body) }).toEqual({ body: answers[0]?.[1], problems: [] });
    expect(checkError(body)).not.toEqual([]);
    expect(answers.filter(([, value]) => checkError(value).length === 0)).toHaveLength(1);
  });

  test("names no field that the request lacks when a field is wrong", async () => {
    const { wrong, fields } = planOf(operation);
    const [sample] = wrong;
    const { status, body } = await mock.send(operation, sample as Plan["requests"][0]);
    const text = String(objectOf(body as Json)["errorMessage"]);
    const [, blamed] = /^Bad Request - Invalid (.+)$/.exec(text) ?? [];
    expect(status).toBe(400);
    expect([...fields, undefined]).toContain(blamed);
  });

  test("refuses a request without credentials", async () => {
    const [sample] = planOf(operation).requests;
    const { status } = await mock.send(operation, sample as Plan["requests"][0], { authorised: false });
    expect(status).toBe(401);
    coverage.prove(operation.id, "unauthorised refused", String(status));
  });

  test("refuses a wrong field and names it", async () => {
    const { wrong } = planOf(operation);
    const missed: unknown[] = [];
    for (const sample of wrong) {
      const { status, violations } = await mock.send(operation, sample);
      if (status < 400 || !names(violations, sample.field)) missed.push({ sample: sample.name, status, violations });
    }
    expect(missed).toEqual([]);
    coverage.prove(operation.id, "bad field refused", counted(wrong.length, "wrong value"));
  });

  test("fires callbacks that are valid and parsed", async () => {
    const { requests, callbacks } = planOf(operation);
    let received = 0;
    for (const sample of requests) {
      const answer = await mock.send(operation, sample);
      for (const { name, urlField, check, examples } of callbacks) {
        const { body } = await mock.receiver.waitFor(answer.callbackPath(urlField));
        expect(examples).toContainEqual(body);
        // The others too, so that chance does not decide whether a mistake is found.
        for (const payload of examples) {
          expect({ name, payload, problems: check(payload) }).toEqual({ name, payload, problems: [] });
          expect({ payload, kind: parseCallback(payload).kind }).not.toEqual({ payload, kind: "unrecognised" });
          if (operation.id === "stkPush") expectStkOutcome(payload);
        }
        received += 1;
      }
    }
    coverage.prove(operation.id, "callback parsed", callbacks.length > 0 ? String(received) : "has none");
  });
});

describe.each(senders)("the SDK with $sender", ({ sender, fetch }) => {
  const violations: (string | null)[] = [];
  const client = (): Mpesa =>
    new Mpesa({
      baseUrl: mock.prism.url,
      consumerKey: "key",
      consumerSecret: "secret",
      shortCode: sandbox.shortCode,
      passkey: sandbox.passkey,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        violations.push(response.headers.get("sl-violations"));
        return response;
      },
    });
  const pushes: [string, StkPushParams["payTo"]][] = [
    ["a pay bill", { payBill: sandbox.shortCode, account: "INV-1042" }],
    ["a till", { till: "300584", store: sandbox.shortCode }],
  ];

  test.each(pushes)("pushes a payment to %s and reads its callback", async (name, payTo) => {
    violations.length = 0;
    const path = `/sdk/${`${sender} ${name}`.replaceAll(/\W/g, "-")}`;
    const params = { payTo, phoneNumber: sandbox.phoneNumber, amount: 1, callbackUrl: `${mock.receiver.url}${path}` };
    const push = await client().stk.push(params);
    const { body } = await mock.receiver.waitFor(path);
    expectStkOutcome(body);
    expect(parseStkCallback(body)).toMatchObject({ kind: "stk", checkoutRequestId: push.checkoutRequestId });
    // The token and the push; nothing was sent twice.
    expect(violations).toEqual([null, null]);
  });

  test("asks for the state of a payment", async () => {
    violations.length = 0;
    const status = await client().stk.query({ checkoutRequestId: "ws_CO_06102026095220417708374149" });
    expect(status.outcome).toBe("succeeded");
    expect(violations).toEqual([null, null]);
  });
});

test("nothing is left out", () => {
  expect(coverage.gaps()).toEqual([]);
});

/** What a code means for the payment, by what its entry advises. */
const outcomes: { readonly [advice in NextStep]?: Outcome } = {
  none: "succeeded",
  poll: "pending",
  new: "failed",
  fix: "failed",
  no: "failed",
  later: "failed",
};

/** Holds the parser against the payload and the code table: Prism chooses the example. */
function expectStkOutcome(payload: unknown): void {
  const content = objectOf(objectOf(objectOf(payload as never)["Body"])["stkCallback"]);
  const code = String(content["ResultCode"]);
  const next = stkCodes.find((entry) => entry.code === code)?.next;
  const outcome = (next && outcomes[next]) ?? "unknown";
  const items = objectOf(content["CallbackMetadata"])["Item"] as { Name: string; Value?: unknown }[] | undefined;
  const item = (name: string): unknown => items?.find(({ Name }) => Name === name)?.Value;
  const parsed = parseStkCallback(payload);
  expect(parsed).toMatchObject({
    kind: "stk",
    outcome,
    resultCode: code,
    checkoutRequestId: content["CheckoutRequestID"],
  });
  if (parsed.kind !== "stk" || outcome !== "succeeded") return;
  expect(parsed.receipt).toBe(item("MpesaReceiptNumber"));
  expect(parsed.amount?.value).toBe(item("Amount"));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
