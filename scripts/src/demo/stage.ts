import { setTimeout as sleep } from "node:timers/promises";
import { sandbox } from "@mpesa/raw/platform";
import { isMpesaError, type Mpesa, type MpesaOptions } from "@mpesa/sdk";
import type { CallbackEvent } from "@mpesa/sdk/callbacks";
import type { Prompt, Simulator } from "@mpesa/simulator";
import type { Paper } from "./paper.ts";
import type { Shop } from "./shop.ts";

/** Everything that the scenes of the demo share. */
export interface Stage {
  readonly paper: Paper;
  readonly simulator: Simulator;
  readonly shop: Shop;
  /** Whoever creates a client with them is heard: each request is printed, with its body while `detailed` says so. */
  readonly options: MpesaOptions;
  readonly mpesa: Mpesa;
}

const PROMPT_TIMEOUT_MS = 30_000;
/** Long enough to see that somebody types. */
const TYPING_MS = 300;

/** The customer of the demo. */
export const phoneNumber: string = sandbox.phoneNumber;

/** Waits for the prompt on the customer's phone, shows it, and does what the customer does. */
export async function answerPrompt({ simulator, paper }: Stage, answer: "pay" | "cancel"): Promise<void> {
  const customer = simulator.customer(phoneNumber);
  const prompt = await shownPrompt(simulator);
  paper.screen(prompt.text, answer === "pay" ? "● ● ● ●   [ OK ]" : "[ Cancel ]");
  await sleep(TYPING_MS);
  if (answer === "pay") customer.enterPin();
  else customer.cancel();
}

/** The callback of a reference as the shop's function gets it; it is printed as it came over the wire. */
export async function callbackFor(
  { shop, simulator, paper }: Stage,
  reference: string,
  { detailed }: { readonly detailed: boolean } = { detailed: false },
): Promise<CallbackEvent> {
  const event = await shop.waitFor(reference);
  const callback = simulator.callbacks.at(-1);
  if (callback) paper.came(`POST ${callback.url}`, detailed ? callback.body : undefined);
  return event;
}

/** The error that a call ends with when its answer is lost. @throws Error when it ends otherwise. */
export async function lostAnswer(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (isMpesaError(error) && error.type === "MpesaOutcomeUnknownError") return error;
    throw error;
  }
  throw new Error("The answer came although it should have been lost.");
}

/** A `fetch` that prints what goes through it; bodies only as long as `detailed` says so. */
export function printingFetch(paper: Paper, detailed: () => boolean): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const text = await request.clone().text();
    const { pathname, search } = new URL(request.url);
    const line = `${request.method} ${pathname}${search}`;
    if (detailed()) {
      const credentials = `Authorization: ${request.headers.get("authorization")}`;
      paper.sent(`${line}   ${credentials}`, text === "" ? undefined : JSON.parse(text));
    } else paper.sent(line);
    try {
      const answer = await fetch(request);
      paper.came(`HTTP ${answer.status}`, detailed() ? await answer.clone().json() : undefined);
      return answer;
    } catch (error) {
      paper.lost("no answer: the connection broke");
      throw error;
    }
  };
}

async function shownPrompt(simulator: Simulator): Promise<Prompt> {
  for (const end = performance.now() + PROMPT_TIMEOUT_MS; performance.now() < end; await sleep(20)) {
    const { prompt } = simulator.customer(phoneNumber);
    if (prompt) return prompt;
  }
  throw new Error(`No prompt appeared on the phone within ${PROMPT_TIMEOUT_MS / 1000} seconds.`);
}
