/** The fields of a result that a guard reads. Every parsed result of `@mpesa/sdk/callbacks` has these fields. */
export interface ObservedResult {
  /** Kind of the callback. Results about customers (`stk`, `ussd`) are ignored. */
  readonly kind?: string | undefined;
  readonly resultCode?: string | number | undefined;
  readonly resultDescription?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly originatorConversationId?: string | undefined;
}

/**
 * An initiator guard keeps M-Pesa from locking an initiator. M-Pesa locks an initiator after repeated rejections of its
 * credential, and most rejections (2001, 8006, TP40153) arrive in results, after the call. The guard counts rejections
 * in responses and in results. `createInitiatorGuard` makes a guard and documents its rules.
 */
export interface InitiatorGuard {
  /**
   * Counts a result. If the result rejects the credential, the guard adds a rejection. If the result reports a success,
   * the rejections of earlier requests no longer count. Other callbacks, and copies of a counted result, are ignored.
   *
   * The callback handler observes each result that arrives at a signed URL. Call `observe` yourself only with results
   * whose sender you have verified, because a forged result could stop your payouts. The promise never rejects.
   *
   * @param result The result, for example parsed by `@mpesa/sdk/callbacks`.
   * @example
   * await initiatorGuard.observe(parseB2cResult(body));
   */
  observe(result: ObservedResult): Promise<void>;
  /**
   * Forgets the rejections of an initiator, so that the client signs with its credential again. Call `reset` after you
   * have unlocked the initiator or have given the initiator its role on the organisation portal. Rejections of requests
   * that were signed before the reset no longer count. The promise never rejects.
   *
   * @param name The initiator's name.
   * @example
   * await initiatorGuard.reset("testapi");
   */
  reset(name: string): Promise<void>;
}
