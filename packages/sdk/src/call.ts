/** Options of a single call. */
export interface CallOptions {
  /**
   * Aborts the call. A request that was sent cannot be recalled, so a payment that is aborted after sending has an
   * unknown outcome: the call rejects with MpesaOutcomeUnknownError.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds for each step of the call, from 1 to 2,147,483,647. Getting an access token is a step, and each
   * attempt to send the request and receive its whole response is a step.
   * @default the client's timeoutMs
   */
  timeoutMs?: number;
  /**
   * Maximum number of retries, from 0 to 10. Only a request that is safe to retry is retried.
   * @default the client's maxRetries
   */
  maxRetries?: number;
  /**
   * Additional request headers, for example for your own proxy or API gateway. `Authorization`, `Content-Type` and
   * headers of the connection, such as `Host`, cannot be set.
   */
  headers?: Readonly<Record<string, string>>;
}

/** The HTTP response of a call. */
export interface MpesaResponse {
  /** The HTTP status. */
  readonly status: number;
  readonly headers: Headers;
  /** Daraja's ID of the request, which Safaricom's support asks for; `undefined` if the response has none. */
  readonly requestId: string | undefined;
}

/** A promise of the result of a call, with access to the HTTP response. */
export interface MpesaPromise<T> extends Promise<T> {
  /**
   * Resolves with the result and the HTTP response. If the call was retried, the response is that of the last attempt.
   * Rejects with the error of the call.
   *
   * @example
   * const { data, response } = await mpesa.stk.push(params).withResponse();
   * console.log(data.checkoutRequestId, response.status, response.headers.get("date"));
   */
  withResponse(): Promise<{ data: T; response: MpesaResponse }>;
}

/** The options of a call, read when the call began, and a function that receives the response. */
export interface CallScope extends CallOptions {
  /** The object that the caller passed, in which `checkCallOptions` looks for unknown names. */
  readonly passed?: object;
  readonly onResponse?: (response: MpesaResponse) => void;
}

/** Runs a call and keeps its response for `withResponse`. */
export function startCall<T>(options: CallOptions | undefined, run: (scope: CallScope) => Promise<T>): MpesaPromise<T> {
  let response: MpesaResponse | undefined;
  const onResponse = (received: MpesaResponse): void => {
    response = received;
  };
  // `checkCallOptions` rejects a value that is not an object.
  const isObject = options === undefined || (typeof options === "object" && options !== null);
  const promise = run(isObject ? { ...readOptions(options), onResponse } : options);
  const withResponse = async (): Promise<{ data: T; response: MpesaResponse }> => {
    const data = await promise;
    return { data, response: response as MpesaResponse };
  };
  return Object.assign(promise, { withResponse });
}

/** Reads each option by its name, because a spread loses the getters of a class instance or an `AbortController`. */
function readOptions(options: CallOptions | undefined): CallScope {
  if (!options) return {};
  const { signal, timeoutMs, maxRetries, headers } = options;
  return {
    passed: options,
    ...(signal !== undefined && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(headers !== undefined && { headers }),
  };
}
