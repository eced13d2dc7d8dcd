import { type OperationInfo, operationTable } from "@mpesa/raw";
import { codesByScope } from "@mpesa/raw/codes";
import { stkQuery } from "@mpesa/raw/platform";
import { Hono, type HonoRequest } from "hono";
import { check, flag } from "../check.ts";
import type { Customer } from "../customer.ts";
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
    const body = await bodyOf(context.req);
    // An answer that comes too late must not be kept for the next prompt.
    if (body["prompt"] !== undefined && body["prompt"] !== customer.prompt?.id)
      return context.json({ problem: "this prompt is over" }, 409);
    switch (context.req.param("action")) {
      case "pin":
        // A number is a PIN all the same: whoever writes JSON by hand forgets the quotes.
        customer.enterPin((typeof body["pin"] === "number" ? String(body["pin"]) : body["pin"]) as string | undefined);
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
        customer.pay(body as unknown as Parameters<Customer["pay"]>[0]);
        break;
      default:
        return context.json({ problem: "there is no such action" }, 404);
    }
    return context.json({ phone: customer.phone, balance: customer.balance });
  });

  app.post("/scenarios", async (context) => {
    const {
      target,
      scenario,
      always = false,
    } = (await bodyOf(context.req)) as unknown as {
      target: ScenarioTarget;
      scenario: Scenario;
      always?: boolean;
    };
    check(always, "always", flag);
    if (always) simulator.always(target, scenario);
    else simulator.next(target, scenario);
    return context.json({});
  });
  app.post("/scenarios/:id/off", (context) => {
    engine.scenarios.remove(context.req.param("id"));
    engine.commit();
    return context.json({});
  });
  app.post("/callbacks/:id/replay", async (context) => {
    try {
      await simulator.replay(context.req.param("id"));
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return context.json({ problem: (error as Error).message }, 502);
    }
    return context.json({});
  });

  app.onError((error, context) =>
    context.json({ problem: error.message }, error instanceof TypeError || error instanceof SyntaxError ? 400 : 500),
  );
  return app;
}

/** @throws TypeError or SyntaxError for what is no JSON object */
async function bodyOf(request: HonoRequest): Promise<Record<string, unknown>> {
  const body: unknown = await request.json();
  check(body, "the body", (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "a JSON object",
  );
  return body as Record<string, unknown>;
}
