import { type OperationInfo, operationTable } from "@mpesa/raw";
import { codesByScope } from "@mpesa/raw/codes";
import { stkQuery } from "@mpesa/raw/platform";
import { Hono } from "hono";
import { magicValues } from "../gateway/magic.ts";
import { publicCallback, publicOrganisation } from "../public-records.ts";
import { callbackFaults, networkFaults, type Scenario, type ScenarioTarget, scenarioTargets } from "../scenario.ts";
import type { SimulatorParts } from "../simulator.ts";
import { choices } from "./choices.ts";

const RECENT = 200;

/** The page's own interface under `/_simulator`: state, live changes, and everything a person can do. */
export function control({ simulator, engine }: SimulatorParts): Hono {
  const app = new Hono();
  const { store } = engine;
  const recent = <T>(rows: Iterable<T>): T[] => [...rows].slice(-RECENT);

  app.get("/state", (context) =>
    context.json({
      now: engine.now(),
      virtual: engine.settings.clock === "virtual",
      environment: engine.settings.environment,
      credentials: simulator.credentials,
      promptTimeoutMs: stkQuery.observedTimeoutMs,
      customers: [...store.customers.values()],
      organisations: [...store.organisations.values()].map(publicOrganisation),
      accounts: [...store.accounts.values()],
      prompts: recent(store.prompts.values()),
      requests: recent(store.requests.values()),
      callbacks: recent(store.callbacks.values()).map(publicCallback),
      messages: recent(store.messages.values()),
      transactions: recent(store.transactions.values()),
      scenarios: [...store.scenarios.values()],
      failures: recent(store.failures.values()),
    }),
  );

  app.get("/reference", (context) =>
    context.json({
      operations: Object.values(operationTable).map(({ id, method, path, summary, codeScope }: OperationInfo) => ({
        id,
        method,
        path,
        summary,
        codeScope,
      })),
      codes: codesByScope,
      magic: magicValues(),
      targets: scenarioTargets,
      choices: Object.fromEntries(scenarioTargets.map((target) => [target, choices(target)])),
      networkFaults,
      callbackFaults,
    }),
  );

  app.get("/events", (context) => {
    const encoder = new TextEncoder();
    let stop = (): void => undefined;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (text: string): void => controller.enqueue(encoder.encode(text));
        send(": hello\n\n");
        const unsubscribe = simulator.subscribe((changes) => {
          if (changes.length > 0) send(`data: ${JSON.stringify(changes)}\n\n`);
        });
        // Proxies and browsers drop silent connections.
        const beat = setInterval(() => send(": beat\n\n"), 15_000);
        stop = () => {
          unsubscribe();
          clearInterval(beat);
        };
      },
      cancel: () => stop(),
    });
    context.req.raw.signal.addEventListener("abort", () => stop(), { once: true });
    return new Response(stream, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
  });

  app.get("/public-key.pem", (context) => context.text(simulator.publicKey));

  app.post("/customers/:phone/:action", async (context) => {
    const customer = simulator.customer(context.req.param("phone"));
    const body = (await context.req.json()) as Record<string, unknown>;
    // An answer that comes too late must not be kept for the next prompt.
    if (body["prompt"] !== undefined && body["prompt"] !== customer.prompt?.id)
      return context.json({ problem: "this prompt is over" }, 409);
    switch (context.req.param("action")) {
      case "pin":
        // No PIN means the right one; a number is a PIN all the same.
        customer.enterPin(body["pin"] === undefined ? undefined : String(body["pin"]));
        break;
      case "cancel":
        customer.cancel();
        break;
      case "ignore":
        customer.ignore();
        break;
      case "always":
        customer.always((body["habit"] as "pay" | null) ?? null);
        break;
      case "set":
        customer.set(body);
        break;
      case "pay":
        customer.pay({
          shortCode: String(body["shortCode"]),
          amount: Number(body["amount"]),
          ...(body["reference"] === undefined ? {} : { reference: String(body["reference"]) }),
        });
        break;
      default:
        return context.json({ problem: "there is no such action" }, 404);
    }
    return context.json({ phone: customer.phone, balance: customer.balance });
  });

  app.post("/scenarios", async (context) => {
    const { target, scenario, always } = (await context.req.json()) as {
      target: ScenarioTarget;
      scenario: Scenario;
      always?: boolean;
    };
    if (always) simulator.always(target, scenario);
    else simulator.next(target, scenario);
    return context.json({});
  });
  app.post("/scenarios/:id/off", (context) => {
    store.scenarios.delete(context.req.param("id"));
    engine.commit();
    return context.json({});
  });
  app.post("/callbacks/:id/replay", async (context) => {
    await simulator.replay(context.req.param("id"));
    return context.json({});
  });

  app.onError((error, context) =>
    context.json({ problem: error.message }, error instanceof TypeError || error instanceof SyntaxError ? 400 : 500),
  );
  return app;
}
