import { REQUEST_LIFE_MS } from "./guard-state.ts";

/** Maximum number of IDs in memory. Each request has two or three IDs. */
const MAX_IDS = 20_000;

/** The initiator and the credential that signed a request. */
export interface Signer {
  /** The initiator's name. */
  readonly name: string;
  /** The fingerprint of the credential. */
  readonly credential: string;
}

/** Facts about a signed request, stored under each of its IDs. */
export interface SignedRequest {
  /** Absent while only the result of the request has arrived, because a result does not name its initiator. */
  readonly signer?: Signer;
  /** The moment at which the request was signed, in milliseconds since 1970. */
  readonly sentAt: number;
  /** The code with which M-Pesa rejected the credential. Kept so that a copy of the callback is not counted again. */
  readonly rejected?: string;
}

/** The signed requests of the last day by their IDs. The oldest entries are removed when the memory is full. */
export class RequestMemory {
  readonly #byId = new Map<string, SignedRequest>();

  get(id: string): SignedRequest | undefined {
    return this.#byId.get(id);
  }

  set(id: string, request: SignedRequest): void {
    this.#byId.delete(id);
    this.#byId.set(id, request);
    for (const [oldest, { sentAt }] of this.#byId) {
      if (this.#byId.size <= MAX_IDS && sentAt > request.sentAt - REQUEST_LIFE_MS) break;
      this.#byId.delete(oldest);
    }
  }
}

/**
 * Reads a request from a stored value. Returns `undefined` for any other value, because other programs may write to the
 * store.
 */
export function toRequest(value: unknown): SignedRequest | undefined {
  const { signer, sentAt, rejected } = (value ?? {}) as Partial<Record<keyof SignedRequest, unknown>>;
  const { name, credential } = (signer ?? {}) as Partial<Record<keyof Signer, unknown>>;
  const isSigner = signer === undefined || (typeof name === "string" && typeof credential === "string");
  const isRejected = rejected === undefined || typeof rejected === "string";
  return Number.isFinite(sentAt) && isSigner && isRejected ? (value as SignedRequest) : undefined;
}
