import { isMpesaError, Mpesa } from "@mpesa/sdk";
import type { SimulatorServer, startServer } from "@mpesa/simulator/server";
import { createPaper, type Paper } from "./paper.ts";
import { createRedaction } from "./redact.ts";
import { cancelled, ledger, lostPayout, lostPush, paid } from "./scenes.ts";
import { openShop } from "./shop.ts";
import { phoneNumber, printingFetch } from "./stage.ts";
import { clientOptions, secrets, startDaraja } from "./world.ts";

/** How to run the demo. */
export interface DemoOptions {
  /** Where the simulator listens. @default a free port */
  readonly port?: number | undefined;
  readonly write: (line: string) => void;
  readonly colours?: boolean;
  /** Starts the simulator. @default startServer */
  readonly start?: typeof startServer;
}

/** A person is quick here, so that the demo is. */
const delays = { promptMs: 200, processingMs: 200, resultMs: 200 };

/**
 * Takes payments through everything: simulator, token, push, phone, callback, typed event; then three that go wrong.
 *
 * @throws Error with one sentence when the port is busy, the simulator ends or a payment does not come out as it should.
 */
export async function runDemo({ port, write, colours = false, start }: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const server = await startDaraja({ port: port ?? 0, delays }, start);
  const { consumerKey, consumerSecret } = server.simulator.credentials;
  const redact = createRedaction([consumerKey, consumerSecret, ...secrets], phoneNumber);
  const paper = createPaper({ write, colours, redact });
  try {
    await play(server, paper);
  } catch (error) {
    if (!isMpesaError(error) || error.type !== "MpesaConnectionError") throw error;
    throw new Error(`The simulator on ${server.url} has stopped answering.`, { cause: error });
  } finally {
    await server.close();
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  paper.title(`\nDone in ${seconds} s; simulator and shop have ended. The same on a page: npx -y pnpm@12.21.0 phone`);
}

async function play(server: SimulatorServer, paper: Paper): Promise<void> {
  const shop = await openShop();
  try {
    paper.title("M-Pesa payments: one from prompt to receipt, and three that go wrong. Nothing leaves this machine.");
    paper.step("Start a Daraja and a shop, each a real server");
    paper.facts({
      Daraja: `${server.url}   @mpesa/simulator: customers, money, prompts, callbacks`,
      shop: `${shop.url}   node:http with createCallbackHandler() of @mpesa/sdk/callbacks`,
    });
    let isLoud = false;
    const options = { ...clientOptions(server), fetch: printingFetch(paper, () => isLoud) };
    const stage = { paper, shop, options, simulator: server.simulator, mpesa: new Mpesa(options) };
    await paid(stage, (loud) => {
      isLoud = loud;
    });
    await cancelled(stage);
    await lostPush(stage);
    await lostPayout(stage);
    ledger(stage);
  } finally {
    await shop.close();
  }
}
