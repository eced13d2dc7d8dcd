import type { WaitTools } from "../stk/wait.ts";

/** Milliseconds of work before other work gets its turn. */
const SLICE_MS = 20;

/** Called before each item of a long loop: returns a promise to wait for when the time slice is used up. */
export type Pause = () => Promise<void> | undefined;

/** Divides long work into time slices, so that a server goes on serving meanwhile. */
export function slices({ clock, sleep }: Pick<WaitTools, "clock" | "sleep">, stop: AbortSignal): Pause {
  let started = clock();
  return () => {
    if (clock() - started < SLICE_MS) return undefined;
    return sleep(0, stop).then(() => {
      stop.throwIfAborted();
      started = clock();
    });
  };
}

/** `Array.from` in time slices. */
export async function inSlices<A, B>(
  items: Iterable<A>,
  pause: Pause,
  work: (item: A, position: number) => B,
): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) {
    const pausing = pause();
    if (pausing) await pausing;
    results.push(work(item, results.length));
  }
  return results;
}
