import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";

// Claims the same keys as its siblings, and says which ones it got.
const [, , file = "", count = "0"] = process.argv;
const inbox = await sqliteInbox(file);
const mine: string[] = [];
// The claims are the race: nobody begins before all are there.
process.send?.("ready");
await new Promise((resolve) => process.once("message", resolve));
process.disconnect();
// Each in its own order, or the first one would stay ahead.
const keys = Array.from({ length: Number(count) }, (_, index) => `key${index}`).sort(() => Math.random() - 0.5);
for (const key of keys) {
  if ((await inbox.claim(key, "payload")).state === "new") mine.push(key);
  // A loop without a pause would hold the file for itself.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
}
await inbox.close();
console.log(JSON.stringify(mine));
