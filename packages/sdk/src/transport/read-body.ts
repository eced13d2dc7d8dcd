/**
 * Maximum length of a response, in characters or bytes. The longest known response, a QR code's image, is several
 * hundred times shorter.
 */
export const MAX_RESPONSE: number = 8 * 1024 * 1024;

/** A response whose body is longer than the limit. */
export class ResponseTooLarge extends Error {
  override readonly name = "ResponseTooLarge";

  constructor() {
    super(`the response is larger than ${MAX_RESPONSE / 1024 / 1024} MiB`);
  }
}

/**
 * Reads a body to its end.
 *
 * @throws ResponseTooLarge as soon as the body is longer than the limit; the rest is not read.
 */
export async function readBody(response: Response): Promise<string> {
  const reader = isKnownToBeSmall(response) ? undefined : response.body?.getReader?.();
  if (!reader) {
    // A caller's `fetch` may return an incomplete Response. The gateway has received the request all the same.
    const text: unknown = await response.text();
    if (typeof text !== "string") throw new TypeError("the body of the response is not a string");
    if (text.length > MAX_RESPONSE) throw new ResponseTooLarge();
    return text;
  }
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_RESPONSE) {
      reader.cancel().catch(() => undefined);
      throw new ResponseTooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * Returns whether `Content-Length` proves that the body is within the limit. The header proves nothing for a compressed
 * body. Reading a small body at once is faster than reading it in pieces.
 */
function isKnownToBeSmall({ headers }: Response): boolean {
  const length = headers?.get?.("content-length");
  return Boolean(length) && Number(length) <= MAX_RESPONSE && !headers.get("content-encoding");
}
