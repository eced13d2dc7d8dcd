import { type Delivery, nameOf } from "./delivery.ts";
import type { CallbackHandlerOptions, ReceivedCallback } from "./options.ts";
import { type C2bDecision, reject } from "./replies.ts";

/** The user's decision on a C2B payment, or the default when there is none in time. */
export async function decide<Context>(
  { on, validationTimeoutMs = 6000, validationDefault = reject("C2B00016") }: CallbackHandlerOptions<Context>,
  { eventOf, contextOf, notify }: Delivery<Context>,
  received: ReceivedCallback,
  context: Context | undefined,
): Promise<C2bDecision> {
  const aborter = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const event = eventOf(received);
    const decision = await Promise.race([
      event.kind === "c2bValidation"
        ? on?.c2bValidation?.(event, contextOf(received, { context, signal: aborter.signal }))
        : undefined,
      new Promise<never>((_, giveUp) => {
        timer = setTimeout(giveUp, validationTimeoutMs, "late");
      }),
    ]);
    if (decision?.ResultCode) return decision;
    notify({ type: "defaulted", reason: "undecided" });
  } catch (error) {
    aborter.abort();
    notify({ type: "defaulted", reason: error === "late" ? error : nameOf(error) });
  } finally {
    clearTimeout(timer);
  }
  return validationDefault;
}
