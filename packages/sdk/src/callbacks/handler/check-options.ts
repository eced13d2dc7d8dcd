import { callbackKinds, insist, isAmount } from "./demands.ts";
import type { CallbackHandlerOptions } from "./options.ts";
import { isDecision, reject } from "./replies.ts";

const MIN_SECRET_BYTES = 32;
/** Fewer different characters are a placeholder, not a key. */
const MIN_DISTINCT = 8;
/** http for machines of one's own: loopback, or a name without a dot as containers have. */
const BASE_URL = /^(https:|http:\/\/(127\.[\d.]+|\[::1]|[^./:]+)(:\d+)?(\/|$))[^?#@]*$/i;

type WithDefault = "on" | "maxBodyBytes" | "validationTimeoutMs" | "validationDefault" | "failureStatus";

/** The options with their defaults. */
export type Settings<Context> = CallbackHandlerOptions<Context> &
  Required<Pick<CallbackHandlerOptions<Context>, WithDefault>>;

/** Fills in the defaults, and takes the slash from the end of the base URL. @throws TypeError with everything that is wrong. */
export function checked<Context>(options: CallbackHandlerOptions<Context>): Settings<Context> {
  const settings = {
    on: {},
    maxBodyBytes: 65_536,
    validationTimeoutMs: 6000,
    validationDefault: reject("C2B00016"),
    failureStatus: 500,
    // What is given as undefined is not given.
    ...Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)),
  } as Settings<Context>;
  const { baseUrl, secrets, allowedAddresses = [] } = settings;
  const kinds = callbackKinds("unrecognised");
  insist({
    baseUrl: (BASE_URL.test(baseUrl) && URL.canParse(baseUrl)) || "an https URL without query",
    secrets:
      (Array.isArray(secrets) && secrets.length > 0 && secrets.every(isRandom)) ||
      `texts of ${MIN_SECRET_BYTES} random bytes each: \`openssl rand -base64 32\``,
    on: Object.keys(settings.on).every((kind) => kinds.includes(kind)) || `functions for some of ${kinds}`,
    maxBodyBytes: isAmount(settings.maxBodyBytes),
    validationTimeoutMs: isAmount(settings.validationTimeoutMs),
    validationDefault: isDecision(settings.validationDefault) || "what accept() or reject() gives",
    failureStatus: /^(?!204|205|304)[2-5]\d\d$/.test(`${settings.failureStatus}`) || "from 200 to 599 and allow a body",
    initiatorGuard: isGuard(settings.initiatorGuard) || "a guard that createInitiatorGuard() made",
    allowedAddresses:
      (Array.isArray(allowedAddresses) && allowedAddresses.every((address) => /^[\da-f.:]+$/i.test(address))) ||
      "plain addresses; CIDR ranges are not supported",
  });
  return { ...settings, baseUrl: new URL(baseUrl).href.replace(/\/+$/, "") };
}

function isGuard(guard: CallbackHandlerOptions["initiatorGuard"]): boolean {
  return guard === undefined || typeof guard?.observe === "function";
}

function isRandom(secret: unknown): boolean {
  const bytes = new TextEncoder().encode(`${secret}`);
  return typeof secret === "string" && bytes.length >= MIN_SECRET_BYTES && new Set(bytes).size >= MIN_DISTINCT;
}
