import { callbacks } from "./callbacks.ts";
import { overhead } from "./overhead.ts";
import { simulator } from "./simulator.ts";

callbacks();
await overhead();
await simulator();
