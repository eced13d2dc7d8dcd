import { overhead } from "./overhead.ts";
import { simulator } from "./simulator.ts";

await overhead();
await simulator();
