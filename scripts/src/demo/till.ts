import type { IncomingMessage, ServerResponse } from "node:http";
import { isMpesaError, Mpesa, type MpesaOptions } from "@mpesa/sdk";
import type { CallbackEvent, CallbackHandler, Outcome } from "@mpesa/sdk/callbacks";
import { tillPage } from "./till-page.ts";

/** An order as the shop's page shows it. */
interface Order {
  readonly reference: string;
  readonly amount: number;
  /** A sentence. */
  state: string;
  outcome: Outcome;
}

/** The shop's own pages: a form that pushes a payment, and what became of each order. */
export interface Till {
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** Hears what the customer did. */
  onEvent(event: CallbackEvent): void;
}

/** Where a till gets its callback URLs, and whom it tells. */
export interface TillOptions {
  readonly client: MpesaOptions;
  readonly handler: () => CallbackHandler;
  /** Prints a line. */
  readonly write: (line: string) => void;
}

const BODY_LIMIT = 10_000;

/** Opens a till. */
export function openTill({ client, handler, write }: TillOptions): Till {
  const mpesa = new Mpesa(client);
  const orders = new Map<string, Order>();
  let count = 1041;

  const turn = (order: Order, outcome: Order["outcome"], state: string): void => {
    Object.assign(order, { outcome, state });
    write(`${order.reference}  ${order.amount} KES  ${state}`);
  };

  const push = async (phoneNumber: string, amount: number): Promise<Order> => {
    count += 1;
    const reference = `INV-${count}`;
    const order: Order = { reference, amount, state: "Asking …", outcome: "pending" };
    orders.set(reference, order);
    try {
      const callbackUrl = await handler().url("stk", { reference });
      await mpesa.stk.push({ payTo: { account: reference }, phoneNumber, amount, callbackUrl });
      // The callback may have been quicker than the answer.
      if (order.outcome === "pending") turn(order, "pending", "Waiting for the customer");
    } catch (error) {
      if (!isMpesaError(error)) throw error;
      const isUnknown = error.type === "MpesaOutcomeUnknownError";
      if (order.outcome === "pending")
        turn(order, isUnknown ? "unknown" : "failed", isUnknown ? "Unknown until the callback comes" : error.message);
    }
    return order;
  };

  const answer = async (request: IncomingMessage): Promise<readonly [type: string, body: string] | undefined> => {
    const route = `${request.method} ${request.url}`;
    if (route === "GET /") return ["text/html; charset=utf-8", tillPage];
    if (route === "GET /orders") return ["application/json", JSON.stringify([...orders.values()].reverse())];
    // A form on somebody else's page cannot send this type.
    if (route !== "POST /pay" || !request.headers["content-type"]?.startsWith("application/json")) return undefined;
    const { phoneNumber, amount } = (await bodyOf(request)) as { phoneNumber?: unknown; amount?: unknown };
    return ["application/json", JSON.stringify(await push(String(phoneNumber), Number(amount)))];
  };

  return {
    serve(request, response) {
      answer(request).then(
        (answered) => {
          if (!answered) return response.writeHead(404).end();
          const [type, body] = answered;
          return response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
        },
        () => response.writeHead(400).end(),
      );
    },
    onEvent(event) {
      const order = orders.get(event.reference);
      if (!order || event.kind !== "stk") return;
      if (event.outcome === "succeeded") turn(order, "succeeded", `Paid, receipt ${event.receipt ?? "unknown"}`);
      else turn(order, event.outcome, `${event.code?.meaning ?? "No result code came"} (${event.resultCode})`);
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_LIMIT) throw new Error("the body is too long");
  }
  return JSON.parse(text) ?? {};
}
