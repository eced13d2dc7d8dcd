import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { BASE_URL, ROUTES, recording, urlOf } from "./setup.ts";

/** More with MPESA_FUZZ_RUNS. */
const RUNS = Math.max(1000, Math.ceil(Number(process.env["MPESA_FUZZ_RUNS"] ?? 0) / 100));

const METHOD = fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD");
const BODY = fc.oneof(
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(...ROUTES).map(({ payload }) => JSON.stringify(payload)),
  fc.constantFrom(
    "[".repeat(60_000),
    `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
    '{"__proto__":{"polluted":1}}',
    "null",
    '"',
  ),
);
const HEADERS = fc.dictionary(
  fc.constantFrom(
    "content-type",
    "x-forwarded-for",
    "content-length",
    "content-encoding",
    "host",
    "forwarded",
    "x-http-method-override",
  ),
  fc.stringMatching(/^[ -~]{0,30}$/),
);

function requestOf(
  url: string,
  method: string,
  headers: Record<string, string>,
  content: string | Uint8Array,
): Request | undefined {
  try {
    const hasBody = method !== "GET" && method !== "HEAD";
    return new Request(url, { method, headers, ...(hasBody && { body: content as BodyInit }) });
  } catch {
    // Not a request that anything could deliver.
    return undefined;
  }
}

test("any request is answered, without a function called for an unsigned path", async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      METHOD,
      fc.webPath(),
      fc.constantFrom("", "/stk", "/b2c", "/timeout/b2c"),
      HEADERS,
      BODY,
      async (method, path, kind, headers, content) => {
        const { handler, calls } = recording({ inbox: memoryInbox() });
        const request = requestOf(`${BASE_URL}${kind}${path}`, method, headers, content);
        fc.pre(request !== undefined);
        const answer = await handler(request as Request);
        expect(answer.status).toBe(404);
        expect(await answer.text()).toBe("");
        expect(calls).toEqual([]);
        statuses.add(answer.status);
      },
    ),
    { numRuns: RUNS },
  );
  expect([...statuses]).toEqual([404]);
});

test("any request to a signed path is answered as one of the few answers there are", async () => {
  const statuses = new Set<number>();
  const { handler: maker } = recording();
  const urls = await Promise.all(ROUTES.map((route) => urlOf(maker, route)));
  await fc.assert(
    fc.asyncProperty(
      METHOD,
      fc.constantFrom(...urls),
      HEADERS,
      BODY,
      fc.boolean(),
      async (method, url, headers, content, fails) => {
        const { handler, calls } = recording({
          inbox: memoryInbox(),
          allowedAddresses: ["196.201.214.200"],
          clientAddress: (request) => request.headers.get("x-forwarded-for") ?? "196.201.214.200",
          ...(fails && {
            onEvent: () => {
              throw new Error("hunter2");
            },
          }),
        });
        const request = requestOf(url, method, headers, content);
        fc.pre(request !== undefined);
        const answer = await handler(request as Request);
        const text = await answer.text();
        expect([200, 400, 403, 405, 500]).toContain(answer.status);
        if (answer.status === 200) expect(JSON.parse(text)).toHaveProperty("ResultCode");
        expect(text).not.toMatch(/hunter2|Error|node:|\.ts/);
        if ([403, 405].includes(answer.status)) expect(calls).toEqual([]);
        expect(({} as { polluted?: number }).polluted).toBeUndefined();
        statuses.add(answer.status);
      },
    ),
    { numRuns: RUNS },
  );
  expect([...statuses].sort()).toEqual([200, 400, 403, 405, 500]);
});
