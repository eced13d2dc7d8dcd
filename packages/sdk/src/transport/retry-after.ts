const ALLOWED_RATE = /messagesPerPeriod=(\d+),\s*periodInMicroseconds=(\d+)/;

/**
 * Returns the milliseconds to wait before a retry, from the `Retry-After` header or from the rate in the text of a
 * spike arrest. Returns `undefined` if the response contains neither.
 */
export function retryAfterMs(headers: Headers, message = ""): number | undefined {
  const header = headers.get("retry-after")?.trim();
  if (header) {
    const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
    if (Number.isFinite(ms)) return Math.max(0, Math.ceil(ms));
  }
  const [, messages, period] = ALLOWED_RATE.exec(message) ?? [];
  if (messages === undefined || period === undefined || Number(messages) === 0) return undefined;
  return Math.ceil(Number(period) / Number(messages) / 1000);
}
