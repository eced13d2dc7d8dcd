import type { CallbackHandlerOptions } from "./options.ts";

const MIN_SECRET_BYTES = 32;
/** Fewer different characters are a placeholder, not a key. */
const MIN_DISTINCT = 8;
/** http for machines of one's own: loopback, or a name without a dot as containers have. */
const BASE_URL = /^(https:|http:\/\/(127\.[\d.]+|\[::1]|[^./:]+)(:\d+)?(\/|$))[^?#@]*$/i;

/** Gives the base URL without a slash at its end. @throws TypeError with everything that is wrong. */
export function checkOptions({ baseUrl, secrets }: CallbackHandlerOptions<never>): string {
  const isUrl = BASE_URL.test(baseUrl) && URL.canParse(baseUrl);
  const isRandom = (secret: string): boolean => {
    const bytes = new TextEncoder().encode(secret);
    return bytes.length >= MIN_SECRET_BYTES && new Set(bytes).size >= MIN_DISTINCT;
  };
  insist([
    isUrl || "baseUrl must be an https URL without query",
    (secrets.length > 0 && secrets.every(isRandom)) ||
      `secrets must each have ${MIN_SECRET_BYTES} random bytes: \`openssl rand -base64 32\``,
  ]);
  return new URL(baseUrl).href.replace(/\/+$/, "");
}

/** Takes what holds, or else a sentence. @throws TypeError with all sentences. */
export function insist(demands: readonly (true | string)[]): void {
  const wrong = demands.filter((demand) => demand !== true);
  if (wrong.length > 0) throw new TypeError(wrong.join("; "));
}
