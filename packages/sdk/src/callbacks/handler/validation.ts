import { nameOf } from "../../errors.ts";
import type { Settings } from "./check-options.ts";
import type { Delivery } from "./delivery.ts";
import type { ReceivedCallback } from "./options.ts";
import { isDecision } from "./replies.ts";

/**
 * The answer to a C2B validation: the user's decision, or the default where there is none in time, counted from the
 * arrival. `read` gives the payment, or a refusal of the request.
 */
export async function decide<Context>(
  { on, validationTimeoutMs, validationDefault }: Settings<Context>,
  { eventOf, contextOf, notify }: Delivery<Context>,
  context: Context | undefined,
  read: () => Promise<ReceivedCallback | Response>,
): Promise<Response> {
  const aborter = new AbortController();
  const { signal } = aborter;
  const byDefault = (reason: string): Response => {
    if (!signal.aborted) notify({ type: "defaulted", reason });
    return Response.json(validationDefault);
  };
  const decided = async (): Promise<Response> => {
    try {
      const received = await read();
      if (received instanceof Response) return received;
      const event = eventOf(received);
      // When the body itself came too late, the default has been sent.
      const decision =
        event.kind === "c2bValidation" &&
        !signal.aborted &&
        (await on.c2bValidation?.(event, contextOf(received, { context, signal })));
      return isDecision(decision) ? Response.json(decision) : byDefault("undecided");
    } catch (error) {
      return byDefault(nameOf(error));
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => {
      resolve(byDefault("late"));
      aborter.abort();
    }, validationTimeoutMs);
  });
  try {
    return await Promise.race([decided(), late]);
  } finally {
    clearTimeout(timer);
  }
}
