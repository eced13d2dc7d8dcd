import { describe, expect, test } from "vitest";
import { body } from "../callbacks/fixtures.ts";
import { post, recording } from "./setup.ts";

const paid = body("stk-paid");

describe("runs as it is in", () => {
  test("Hono, with and without its execution context", async () => {
    const { Hono } = await import("hono");
    const { handler, calls } = recording();
    const url = await handler.url("stk", { reference: "INV-1" });
    const app = new Hono();
    app.all("/hooks/*", (c) => handler(c.req.raw));
    expect((await app.request(post(url, paid))).status).toBe(200);
    expect((await app.request(new Request(url))).status).toBe(405);

    const later: Promise<unknown>[] = [];
    const worker = new Hono();
    worker.all("/hooks/*", (c) => handler(c.req.raw, c.executionCtx));
    const context = {
      waitUntil: (promise: Promise<unknown>) => void later.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    };
    expect((await worker.request(post(url, paid), undefined, {}, context)).status).toBe(200);
    await Promise.all(later);
    expect(later).toHaveLength(1);
    expect(calls).toHaveLength(2);
  });

  test("a Next route handler, whose second argument is something else", async () => {
    const { handler, calls } = recording();
    const POST: (request: Request, context: { params: Promise<{ path: string[] }> }) => Promise<Response> = handler;
    const answer = await POST(post(await handler.url("stk"), paid), { params: Promise.resolve({ path: [] }) });
    expect(answer.status).toBe(200);
    expect(calls).toHaveLength(1);
  });

  test("a Worker, whose context methods must keep their this", async () => {
    class ExecutionContext {
      readonly #later: Promise<unknown>[] = [];
      waitUntil(promise: Promise<unknown>): void {
        this.#later.push(promise);
      }
      settled(): Promise<unknown> {
        return Promise.all(this.#later);
      }
    }
    const { handler, calls } = recording();
    const context = new ExecutionContext();
    const worker = { fetch: (request: Request, _env: object, ctx: ExecutionContext) => handler(request, ctx) };
    expect((await worker.fetch(post(await handler.url("stk"), paid), {}, context)).status).toBe(200);
    await context.settled();
    expect(calls).toHaveLength(1);
  });
});
