import type { JsonObject } from "@mpesa/scripts/json";
import type { Simulator } from "@mpesa/simulator";
import { type SimulatorServer, startServer } from "@mpesa/simulator/server";
import { type Mock, startMock } from "../contract/mock.ts";

/** The simulator's server with Prism in front of it and a receiver of callbacks behind. */
export interface Gateway extends Mock {
  readonly simulator: Simulator;
}

/** Prism names in this header what the spec does not allow, in the request or in the answer. */
export const VIOLATIONS = "sl-violations";

/** Whose phone gets the prompt of the till that the examples of B2B express checkout name. */
export const MERCHANT_PHONE = "254722000000";

/** Starts all three; `replyOf` gives the answer to a callback by operation and URL field. */
export async function startGateway(document: JsonObject, replyOf: Parameters<typeof startMock>[1]): Promise<Gateway> {
  const delays = { promptMs: 1, processingMs: 1, resultMs: 1, validationMs: 1 };
  // The URLs of the spec's examples, which nobody serves.
  const allowedCallbackHosts = ["example.com"];
  const deliver = async (request: Request): Promise<Response> =>
    new URL(request.url).hostname === "example.com"
      ? Response.json({ ResultCode: "0", ResultDesc: "Accepted" })
      : fetch(request);
  const server = await startServer({
    port: 0,
    apps: "any",
    rateLimits: false,
    delays,
    allowedCallbackHosts,
    fetch: deliver,
  });
  const { simulator } = server;
  try {
    const mock = await startMock(document, replyOf, { url: server.url, token: await tokenOf(server) });
    const close = async (): Promise<void> => {
      await mock.close();
      await server.close();
    };
    return { ...mock, simulator, close };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function tokenOf({ url }: SimulatorServer): Promise<string> {
  const headers = { authorization: `Basic ${btoa("key:secret")}` };
  const answer = await fetch(`${url}/oauth/v1/generate?grant_type=client_credentials`, { headers });
  return ((await answer.json()) as { access_token: string }).access_token;
}
