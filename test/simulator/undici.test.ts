import { operationTable } from "@mpesa/raw";
import { sandbox } from "@mpesa/raw/platform";
import { Mpesa } from "@mpesa/sdk";
import { undiciFetch } from "@mpesa/sdk/undici";
import type { NetworkFault } from "@mpesa/simulator";
import { startServer } from "@mpesa/simulator/server";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { calls } from "../../packages/sdk/test/products/calls.ts";
import { HELD_MS, holdTimeouts } from "../../packages/sdk/test/support/hold-timeouts.ts";
import { type End, faults, names, RETRIES, recorded, typeOf } from "./fault-table.ts";

let cells = 0;

beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());
afterAll(() =>
  console.log(`SDK with undici × simulator: ${calls.length} calls × ${names.length} faults = ${cells} cells`),
);

describe.each(calls)("with undici, $name", ({ operation, run }) => {
  test.each(names)("%s", async (fault) => {
    const elapse = holdTimeouts();
    const server = await startServer({ port: 0, clock: "virtual", fetch: async () => new Response() });
    const fetch = undiciFetch();
    try {
      const { simulator: daraja, url: baseUrl } = server;
      const { consumerKey, consumerSecret, passkey } = daraja.credentials;
      const mpesa = new Mpesa({
        baseUrl,
        fetch,
        consumerKey,
        consumerSecret,
        passkey,
        shortCode: "600992",
        initiator: { name: sandbox.initiatorName, securityCredential: `${"Q".repeat(342)}==` },
        callbackUrl: "https://shop.example/a",
        resultUrl: "https://shop.example/b",
        timeoutUrl: "https://shop.example/c",
        timeoutMs: HELD_MS,
        maxRetries: RETRIES,
        clock: daraja.clock,
        // The simulator takes each stalled request before the time is up.
        onEvent: (event) => {
          const isStalled = fault === "stall" && event.type === "request" && event.operation === operation;
          if (isStalled) void recorded(daraja, daraja.requests.length).then(elapse);
        },
      });
      await mpesa.auth.token();
      daraja.always(operation, { fault });
      const error = await run(mpesa).catch((problem: unknown) => problem);
      const attempts = daraja.requests.filter((request) => request.operation === operation).length;
      expect({ attempts, type: typeOf(error) }).toEqual(expected(fault, operationTable[operation].retry === "safe"));
      cells++;
    } finally {
      await fetch.close();
      await server.close();
    }
  });
});

/** A server has accepted the connection before it can refuse anything: it resets the connection instead. */
function expected(fault: NetworkFault, isSafe: boolean): End {
  return faults[fault === "refuse" ? "reset" : fault][isSafe ? "read" : "money"];
}
