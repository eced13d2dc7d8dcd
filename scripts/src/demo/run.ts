import { sandbox } from "@mpesa/raw/platform";
import type { MpesaOptions } from "@mpesa/sdk";
import { parseStkCallback } from "@mpesa/sdk/callbacks";
import { requestPayment } from "../../../examples/stk-push.ts";
import { loadDocument } from "../document.ts";
import { type JsonObject, objectEntries, objectOf } from "../generate/json.ts";
import { type Prism, startPrism } from "../prism.ts";
import { startReceiver } from "../receiver.ts";
import { createPaper, type Paper } from "./paper.ts";
import { createRedaction } from "./redact.ts";

/** How to run the demo. */
export interface DemoOptions {
  /** Where the mock listens. @default a free port */
  readonly port?: number | undefined;
  readonly write: (line: string) => void;
  readonly colours?: boolean;
  /** Starts the mock. @default startPrism */
  readonly start?: typeof startPrism;
}

const callbackPath = "/stk/4b1f7c";
const keys = { consumerKey: "demo-consumer-key", consumerSecret: "demo-consumer-secret" };

/**
 * Takes one payment through everything: mock, token, push, callback, typed result.
 *
 * @throws Error with one sentence when the port is busy, the mock ends or the payment does not come out as paid.
 */
export async function runDemo({ port, write, colours = false, start = startPrism }: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const redact = createRedaction([...Object.values(keys), sandbox.passkey], sandbox.phoneNumber);
  const paper = createPaper({ write, colours, redact });
  paper.title("An M-Pesa payment, from prompt to receipt. Nothing leaves this machine.");
  paper.step("Start a mock of Safaricom's API");
  const prism = await start({ document: paidOnly(loadDocument()), ...(port !== undefined && { port }) });
  try {
    paper.note(`Prism answers on ${prism.url} with the examples of spec/openapi.yml.`);
    await orCrash(prism, pay(prism, paper));
  } finally {
    await prism.close();
  }
  paper.title(`\nDone in ${((performance.now() - startedAt) / 1000).toFixed(1)} s; the mock has ended.`);
}

async function pay(prism: Prism, paper: Paper): Promise<void> {
  const receiver = await startReceiver(() => ({ ResultCode: 0, ResultDesc: "Accepted" }));
  try {
    const callbackUrl = `${receiver.url}${callbackPath}`;
    paper.step("Ask the customer to pay: mpesa.stk.push() gets a token first, once");
    const push = await requestPayment(clientOptions(prism.url, paper), callbackUrl);
    paper.note(`The prompt is on its way. Its checkoutRequestId is ${push.checkoutRequestId}.`);

    paper.step("The customer enters the PIN; M-Pesa calls back");
    const { body } = await receiver.waitFor(callbackPath);
    paper.came(`POST ${callbackUrl}`, body);

    paper.step("What your code gets from parseStkCallback()");
    const payment = parseStkCallback(body);
    if (payment.kind !== "stk" || payment.outcome !== "success")
      throw new Error("The callback does not tell of a payment.");
    const { outcome, receipt, amount, transactionDate, checkoutRequestId } = payment;
    if (!receipt || !amount) throw new Error("The callback lacks the receipt or the amount.");
    if (checkoutRequestId !== push.checkoutRequestId) throw new Error("The callback belongs to another push.");
    paper.note(`outcome            ${outcome}`);
    paper.note(`receipt            ${receipt}`);
    paper.note(`amount             ${amount.value} KES`);
    paper.note(`transactionDate    ${transactionDate?.iso ?? "unknown"}`);
    paper.note(`checkoutRequestId  ${checkoutRequestId}   (the same as in step 2)`);
  } finally {
    await receiver.close();
  }
}

function clientOptions(baseUrl: string, paper: Paper): MpesaOptions {
  const { shortCode, passkey } = sandbox;
  return {
    baseUrl,
    ...keys,
    shortCode,
    passkey,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.clone().text();
      const { pathname, search } = new URL(request.url);
      const credentials = `Authorization: ${request.headers.get("authorization")}`;
      paper.sent(`${request.method} ${pathname}${search}   ${credentials}`, text === "" ? undefined : JSON.parse(text));
      const answer = await fetch(request);
      paper.came(`HTTP ${answer.status}`, await answer.clone().json());
      return answer;
    },
  };
}

/** The document with the paid callback as its only outcome: Prism picks any example otherwise. */
function paidOnly(document: JsonObject): JsonObject {
  const operations = objectEntries(document["paths"]).flatMap(([, item]) => objectEntries(item));
  const push = operations.find(([, operation]) => operation["operationId"] === "stkPush")?.[1];
  for (const [, item] of objectEntries(push?.["callbacks"]).flatMap(([, callback]) => objectEntries(callback))) {
    const media = objectOf(objectOf(objectOf(objectOf(item["post"])["requestBody"])["content"])["application/json"]);
    const { paid } = objectOf(media["examples"]);
    if (paid === undefined) throw new Error("spec/openapi.yml has no example of a paid callback.");
    media["examples"] = { paid };
  }
  return document;
}

/** Waits for the work, but not past the end of the mock: its sentence says more than that of a lost connection. */
async function orCrash(prism: Prism, work: Promise<void>): Promise<void> {
  try {
    await Promise.race([work, prism.crashed]);
  } catch (error) {
    const grace = new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.race([prism.crashed, grace]);
    throw error;
  }
}
