/** The body as text, or undefined if it has more bytes than allowed, whatever its content-length claims. */
export async function readBody({ body }: Request, maxBytes: number): Promise<string | undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return text + decoder.decode();
    size += value.length;
    if (size > maxBytes) {
      // Not awaited: a sender that never ends would hold the answer back.
      reader?.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Far more than the callbacks of any product have. */
const MAX_LEVELS = 100;

/**
 * Whether arrays and objects are nested in few levels. A body of many can be read from JSON, but it overflows the stack of
 * whatever walks through it by recursion, such as JSON.stringify or the code of a user.
 */
export function isShallow(payload: unknown): boolean {
  let level = [payload];
  for (let depth = 0; depth <= MAX_LEVELS; depth += 1) {
    level = level.filter((value) => typeof value === "object" && value !== null);
    if (level.length === 0) return true;
    level = level.flatMap((value) => Object.values(value as object));
  }
  return false;
}
