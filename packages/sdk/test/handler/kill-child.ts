import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { createCallbackHandler } from "../../src/callbacks/index.ts";
import { toNodeListener } from "../../src/callbacks/node/index.ts";

// A shop that is killed while it works: acknowledges at once or late, and notes each step in a log that outlives it.
const [, , database = "", log = "", secret = "", leaseMs = "0", acknowledge] = process.argv;
const note = (step: string, id: string): void => appendFileSync(log, `${step} ${id}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const inbox = await sqliteInbox(database, { leaseMs: Number(leaseMs) });
const handler = createCallbackHandler({
  baseUrl: "http://localhost/hooks",
  secrets: [secret],
  inbox: {
    ...inbox,
    complete: async (key, ...given) => {
      const isMine = await inbox.complete(key, ...given);
      if (isMine) note("completed", key);
      return isMine;
    },
  },
  on: {
    stk: async (_event, { key = "" }) => {
      note("started", key);
      await sleep(Math.random() * 20);
      if (Math.random() < 0.1) throw new Error("fails now and then");
      note("ran", key);
    },
  },
});

const redeliver = async (): Promise<void> => {
  await handler.redeliver();
  setTimeout(redeliver, 50);
};
void redeliver();

const options = acknowledge === "first" ? { waitUntil: () => undefined } : {};
const server = createServer(toNodeListener(handler, options));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
