import { openShop } from "./shop.ts";
import { openTill } from "./till.ts";
import { clientOptions, startDaraja } from "./world.ts";

/** How to serve the phone. */
export interface PhoneOptions {
  /** Where the simulator listens. @default 4020 */
  readonly port?: number | undefined;
  readonly write: (line: string) => void;
  /** Ends it. */
  readonly until: Promise<void>;
}

const DEFAULT_PORT = 4020;

/**
 * Serves the simulator with its page, and a shop that pushes payments to it, until it is told to stop.
 *
 * @throws Error with one sentence when the port is busy.
 */
export async function servePhone({ port = DEFAULT_PORT, write, until }: PhoneOptions): Promise<void> {
  // Without a seed of its own, two runs would give the same receipts.
  const server = await startDaraja({ port, seed: crypto.randomUUID() });
  try {
    const till = openTill({ client: clientOptions(server), handler: () => shop.handler, write });
    const shop = await openShop({ serve: till.serve, onEvent: till.onEvent });
    try {
      write(`
The phone:  ${server.url}   takes PINs, shows the traffic and the money, and switches faults on
The shop:   ${shop.url}   asks for a payment through @mpesa/sdk

Ask for a payment in the shop and answer it on the phone. Nothing leaves this machine. Ctrl-C ends it.
`);
      await until;
    } finally {
      await shop.close();
    }
  } finally {
    await server.close();
  }
  write("\nPhone and shop have ended.");
}
