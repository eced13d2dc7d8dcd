/** The name of what was thrown: a message could contain anything. Never throws itself. */
export function nameOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.name) : typeof thrown;
  } catch {
    // A getter that throws, or a revoked proxy.
    return "Error";
  }
}
