/**
 * Timers and clock as they were before a test runner replaced them. With faked ones a deadline would never pass, and
 * whoever waits would wait for ever. Timers that are faked later do not matter; of those that are faked already (Jest's
 * `enableGlobally`), the fakes of Vitest, Jest and Sinon keep the originals. Those of
 * `node:test` keep none, so the simulator must be imported before `mock.timers.enable()`.
 */
type Globals = Pick<typeof globalThis, "setTimeout" | "clearTimeout" | "Date">;

function real<K extends keyof Globals>(name: K): Globals[K] {
  const current = globalThis[name] as Globals[K] & { readonly clock?: Readonly<Record<string, unknown>> };
  return (current.clock?.[`_${name}`] as Globals[K] | undefined) ?? current;
}

// Called by name alone: a browser's timers refuse any other object as their `this`.
const start = real("setTimeout");
const stop = real("clearTimeout");
const RealDate = real("Date");

/** A timer that runs, whatever the test runner does with timers. */
export type Timer = ReturnType<typeof setTimeout>;

export const startTimer = (work: () => void, ms: number): Timer => start(work, ms);
export const stopTimer = (timer: Timer | undefined): void => stop(timer);
/** Milliseconds since 1970. */
export const realNow = (): number => RealDate.now();
