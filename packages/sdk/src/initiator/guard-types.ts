/** What a guard reads of a result; each parsed result of `@mpesa/sdk/callbacks` has these fields. */
export interface ObservedResult {
  readonly kind?: string | undefined;
  readonly resultCode?: string | number | undefined;
  readonly resultDescription?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly originatorConversationId?: string | undefined;
}

/**
 * Keeps an initiator from being locked. M-Pesa locks an initiator whose credential it rejects repeatedly, and most
 * rejections (2001, 8006, TP40153) arrive in results, after the call. The guard counts those in responses and in results; see
 * `createInitiatorGuard`.
 */
export interface InitiatorGuard {
  /**
   * Counts a result: a rejection of the credential, or a success, after which the rejections of earlier requests no longer
   * count. The callback handler does this for each result at a signed URL. Do it yourself only for results whose sender you
   * have verified, because a forged one could hold your payouts back. Other callbacks are ignored, and so is a result that
   * was counted before. Never rejects.
   *
   * @example
   * await initiatorGuard.observe(parseB2cResult(body));
   */
  observe(result: ObservedResult): Promise<void>;
  /**
   * Forgets the rejections of an initiator, so that the client signs with its credential again: after the initiator was
   * unlocked or given its role on the organisation portal. Results of requests that were signed before no longer count.
   * Never rejects.
   *
   * @param name The initiator's name.
   * @example
   * await initiatorGuard.reset("testapi");
   */
  reset(name: string): Promise<void>;
}
