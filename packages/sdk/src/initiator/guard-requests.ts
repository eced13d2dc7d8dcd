import { REQUEST_LIFE_MS } from "./guard-state.ts";

/** At most this many IDs are kept in memory, two or three for each request. */
const MAX_IDS = 20_000;

/** Who signed: the initiator's name and the fingerprint of the credential. */
export interface Signer {
  readonly name: string;
  readonly credential: string;
}

/** What is known of a request by one of its IDs. */
export interface SignedRequest {
  /** Absent if the result came first and nobody knows yet whose request it was. */
  readonly signer?: Signer;
  /** When it was signed, in milliseconds since 1970. */
  readonly sentAt: number;
  /** The code with which its credential was rejected, so that a repeated callback does not count again. */
  readonly rejected?: string;
}

/** The requests of the last day by their IDs, the oldest of which give way to new ones. */
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

/** Reads what a store gave. Other programs may have written there: what is no request is not known. */
export function toRequest(value: unknown): SignedRequest | undefined {
  const { signer, sentAt, rejected } = (value ?? {}) as Partial<Record<keyof SignedRequest, unknown>>;
  const { name, credential } = (signer ?? {}) as Partial<Record<keyof Signer, unknown>>;
  const isSigner = signer === undefined || (typeof name === "string" && typeof credential === "string");
  const isRejected = rejected === undefined || typeof rejected === "string";
  return Number.isFinite(sentAt) && isSigner && isRejected ? (value as SignedRequest) : undefined;
}
