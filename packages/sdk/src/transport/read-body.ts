/** Characters or bytes of the largest response that is read: a few hundred times the largest known one, a QR code's image. */
const MAX_RESPONSE = 8 * 1024 * 1024;

/** A response whose body is longer than any that Daraja sends. */
export class ResponseTooLarge extends Error {
  override readonly name = "ResponseTooLarge";

  constructor() {
    super(`the response is larger than ${MAX_RESPONSE / 1024 / 1024} MiB`);
  }
}

/** Reads a body to its end. @throws ResponseTooLarge as soon as it is longer than the limit; the rest is not read. */
export async function readBody(response: Response): Promise<string> {
  const reader = isKnownToBeSmall(response) ? undefined : response.body?.getReader?.();
  if (!reader) {
    // A `fetch` of the caller's may return less than a Response; the gateway has received the request all the same.
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

/** A stated length bounds the body, unless the body is compressed; reading it at once is faster than in pieces. */
function isKnownToBeSmall({ headers }: Response): boolean {
  const length = headers?.get?.("content-length");
  return Boolean(length) && Number(length) <= MAX_RESPONSE && !headers.get("content-encoding");
}
