import { vi } from "vitest";

/** A timeout for a client under test: so long that nothing else in the process has such a timer. */
export const HELD_MS = 1_000_000;

const real = globalThis.setTimeout;

/**
 * Makes the timeouts of {@link HELD_MS} end when the test says so, at the moment the test is about: a real timeout races the
 * machine, and may end before its request has left. Until `vi.restoreAllMocks()`.
 *
 * @returns ends every timeout that runs.
 */
export function holdTimeouts(): () => void {
  const held = new Map<unknown, () => void>();
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms?: number) => {
    const timer = real(work, ms);
    // Close to it where a call has used up some of its time.
    if (ms !== undefined && ms > HELD_MS / 2) held.set(timer, work);
    return timer;
  }) as typeof globalThis.setTimeout);
  return () => {
    const running = [...held];
    held.clear();
    for (const [timer, work] of running) {
      clearTimeout(timer as NodeJS.Timeout);
      work();
    }
  };
}
