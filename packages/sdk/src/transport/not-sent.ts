/** Codes that the platforms give only while a connection is being made: no byte of the request has left. */
const BEFORE_CONNECTING: Readonly<Record<string, string>> = {
  ENOTFOUND: "the host name could not be resolved",
  EAI_AGAIN: "the host name could not be resolved",
  ECONNREFUSED: "the connection was refused",
  ConnectionRefused: "the connection was refused",
  EHOSTUNREACH: "the host could not be reached",
  ENETUNREACH: "the network could not be reached",
  UND_ERR_CONNECT_TIMEOUT: "no connection was made in time",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's certificate is not trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
};
/** What Node was doing when a system code came: an unreachable host may also end a connection that carried the request. */
const CONNECTING = /^(?:connect|getaddrinfo|query)/;
/** Said in words only: Deno's connection phase, and a port that `fetch` never connects to. */
const BEFORE_CONNECTING_IN_WORDS = /client error \(Connect\)|^bad port$/;

/**
 * Says why a failed `fetch` provably sent nothing, or `undefined` when that cannot be proven.
 * Every error in the chain of causes counts; where several addresses were tried, each must have failed before sending.
 */
export function whyNotSent(thrown: unknown): string | undefined {
  try {
    return reasonOf(thrown, 0);
  } catch {
    // A getter of the thrown value threw in its turn: that proves nothing.
    return undefined;
  }
}

function reasonOf(thrown: unknown, depth: number): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > 5) return undefined;
  const { code, syscall, message, cause, errors } = thrown as {
    code?: unknown;
    syscall?: unknown;
    message?: unknown;
    cause?: unknown;
    errors?: unknown;
  };
  if (Array.isArray(errors) && errors.length > 0) {
    const reasons = errors.map((error) => reasonOf(error, depth + 1));
    return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
  }
  if (typeof syscall === "string" && !CONNECTING.test(syscall)) return undefined;
  if (typeof code === "string" && Object.hasOwn(BEFORE_CONNECTING, code)) return BEFORE_CONNECTING[code];
  if (typeof message === "string" && BEFORE_CONNECTING_IN_WORDS.test(message)) return "no connection was made";
  return reasonOf(cause, depth + 1);
}
