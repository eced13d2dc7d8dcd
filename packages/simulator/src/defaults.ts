/** What the simulator had to decide for itself: nobody has published figures for it. */

/** Delays in milliseconds, short enough to wait for at a terminal. */
export const delays = {
  promptMs: 1_000,
  processingMs: 1_500,
  resultMs: 2_000,
  validationMs: 500,
  lateMs: 60_000,
} as const;

/**
 * How long the simulator waits for your endpoint; only the deadline of C2B validation is published. On a virtual clock,
 * in a test, it is less than the five seconds after which test runners give up without saying why.
 */
export const deliveryTimeoutMs = { virtual: 4_000, real: 10_000 } as const;

/** Wrong PINs or initiator passwords until a lock. */
export const triesUntilLock = 3;

/** Shillings on each account at the start. */
export const openingBalance = { organisation: 1_000_000, customer: 50_000 } as const;

/** The largest amount and the largest opening balance, in shillings. */
export const mostShillings: number = 10 ** 12;
/** The most shillings that M-Pesa's issue account gives out in total, so that every sum in cents is an exact number. */
export const mostIssued: number = 8 * 10 ** 13;

/** Charges in cents; samples of the portal show them, a tariff is not part of the API. */
export const charges = { payout: 2_240, business: 7_700 } as const;

/** A store and its till, invented; the till with a phone of its own for B2B express checkout is 600001. */
export const sampleStore = { store: "5550100", till: "5550101" } as const;
export const sampleMerchantTill = "600001";
