import type { Time } from "../clock.ts";

/** Milliseconds of work after which other work of the process may run. */
const SLICE_MS = 20;

/** A function to call before each item of a long loop. Returns a promise to wait for if the time slice is over. */
export type Pause = () => Promise<void> | undefined;

/**
 * Makes a {@link Pause} that divides long work into time slices, so that a server can handle other requests in between.
 */
export function createPause(time: Pick<Time, "elapsed" | "sleep">, stop: AbortSignal): Pause {
  let started = time.elapsed();
  return () => {
    if (time.elapsed() - started < SLICE_MS) return undefined;
    return time.sleep(0, stop).then(() => {
      stop.throwIfAborted();
      started = time.elapsed();
    });
  };
}

/** Maps items to results like `Array.from`, but in time slices. */
export async function mapInSlices<A, B>(
  items: Iterable<A>,
  pause: Pause,
  map: (item: A, position: number) => B,
): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) {
    const pausing = pause();
    if (pausing) await pausing;
    results.push(map(item, results.length));
  }
  return results;
}
