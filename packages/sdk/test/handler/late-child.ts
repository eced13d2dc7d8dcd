import { once } from "node:events";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { tokenOf } from "./setup.ts";

// Claims a delivery, and comes back to it when it is told to: far too late.
const [, , file = ""] = process.argv;
const inbox = await sqliteInbox(file);
const token = tokenOf(await inbox.claim("a", "payload"));
console.log("claimed");
await once(process.stdin, "data");
const results = [await inbox.fail("a", token), await inbox.complete("a", token, ["b"])];
await inbox.close();
console.log(JSON.stringify(results));
process.exit();
