/**
 * Returns the name of a thrown error, or the type of any other thrown value. The message is left out, because a message
 * may contain secrets. Never throws.
 */
export function nameOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.name) : typeof thrown;
  } catch {
    // The value has a getter that throws, or is a revoked proxy.
    return "Error";
  }
}
