import type { Engine } from "../engine/engine.ts";
import type { FailureRecord, JobRecord } from "../state/records.ts";
import { abandonPrompt } from "./prompts.ts";

/** Records that a job threw. Its prompt ends without a result, so that the phone is free again. */
export function jobFailed(engine: Engine, { kind, ref }: JobRecord, error: unknown): void {
  const id = String(engine.serial());
  const problem = error instanceof Error ? error.message : String(error);
  engine.store.failures.put(id, {
    id,
    at: engine.now(),
    job: kind,
    operation: operationOf(engine, ref),
    about: ref,
    problem,
  });
  abandonPrompt(engine, ref);
  // biome-ignore lint/suspicious/noConsole: a bug of the simulator must be seen, also by a test that looks at no list.
  console.error(`the simulator's job ${kind} of ${ref} failed and is taken off`, error);
}

function operationOf(
  { store: { prompts, conversations, payments, callbacks } }: Engine,
  ref: string,
): FailureRecord["operation"] {
  const prompt = prompts.get(ref);
  if (prompt) return prompt.kind === "ussd" ? "ussdPush" : "stkPush";
  return (conversations.get(ref) ?? payments.get(ref) ?? callbacks.get(ref))?.operation ?? null;
}
