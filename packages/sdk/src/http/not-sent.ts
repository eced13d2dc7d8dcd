/** Error codes that platforms report only while they make a connection, before any byte of the request is sent. */
const CONNECT_ERRORS: Readonly<Record<string, string>> = {
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
/** The code of an error whose sender knows that it wrote nothing. The cause of the error, or else its message, gives the reason. */
export const NOT_SENT = "MPESA_NOT_SENT";
/**
 * System calls of Node that happen before a request is sent. The system call matters because EHOSTUNREACH, for example,
 * may also end a connection over which the request was sent.
 */
const CONNECT_SYSCALLS = /^(?:connect|getaddrinfo|query)/;
/** Messages of errors without a code: an error of Deno while connecting, and a port that `fetch` blocks. */
const CONNECT_MESSAGES = /client error \(Connect\)|^bad port$/;

/**
 * Returns the reason for which a failed `fetch` provably sent nothing, or `undefined` if there is no proof.
 *
 * Every error in the chain of causes is examined. If several addresses were tried, each attempt must have failed before
 * sending.
 */
export function whyNotSent(thrown: unknown): string | undefined {
  try {
    return findReason(thrown, 0);
  } catch {
    // A getter of the thrown value threw, so there is no proof.
    return undefined;
  }
}

function findReason(thrown: unknown, depth: number): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > 5) return undefined;
  const { code, syscall, message, cause, errors } = thrown as {
    code?: unknown;
    syscall?: unknown;
    message?: unknown;
    cause?: unknown;
    errors?: unknown;
  };
  if (code === NOT_SENT) return findReason(cause, depth + 1) ?? String(message);
  if (Array.isArray(errors) && errors.length > 0) {
    const reasons = errors.map((error) => findReason(error, depth + 1));
    return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
  }
  if (typeof syscall === "string" && !CONNECT_SYSCALLS.test(syscall)) return undefined;
  if (typeof code === "string" && Object.hasOwn(CONNECT_ERRORS, code)) return CONNECT_ERRORS[code];
  if (typeof message === "string" && CONNECT_MESSAGES.test(message)) return "no connection was made";
  return findReason(cause, depth + 1);
}
