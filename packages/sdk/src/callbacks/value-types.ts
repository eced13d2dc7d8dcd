/** An amount, as a number to compare with and as the exact text that was sent. */
export interface Money {
  /** In units of the currency (shillings). Use `text` where cents must be exact to the last digit. */
  readonly value: number;
  /**
   * The decimal as it came, without commas between thousands: `"190.00"`. A JSON number has lost its trailing zeros
   * before anyone could see them.
   */
  readonly text: string;
  /** ISO 4217 code, where the wire names one. */
  readonly currency?: string;
}

/** A moment. Times on this wire are Nairobi's (UTC+3, all year) unless they carry an offset or a `Z` of their own. */
export interface Instant {
  readonly date: Date;
  /** As it came. */
  readonly text: string;
  /** ISO 8601 with Nairobi's offset: `2019-12-19T11:45:50+03:00`. */
  readonly iso: string;
}

/**
 * A phone number in one of the three ways it arrives: whole (12 digits, `254…`, when it is Kenyan), with stars in it,
 * or as the SHA-256 of the whole number in hex. Compare it with one you know through {@link phoneNumberMatches}.
 */
export interface PhoneNumber {
  readonly kind: "plain" | "masked" | "sha256";
  readonly value: string;
}

/** One row of a balance text. A column that was missing or no number is absent. */
export interface AccountBalance {
  /** `Working Account`, `Utility Account`, `Merchant Account`, … */
  readonly account: string;
  readonly currency: string;
  readonly total?: Money;
  /** What can be spent. */
  readonly available?: Money;
  readonly reserved?: Money;
  readonly uncleared?: Money;
}

/** One fee, such as `Business Pay Bill Charge`. */
export interface Charge {
  /** Empty where the wire has a sum alone. */
  readonly name: string;
  readonly amount: Money;
}

/** One side of a transaction, sent as `254708374149 - John Doe` or `600310 - A Company`. */
export interface Party {
  /** As it came. */
  readonly text: string;
  /** The part before the first ` - `: a short code, a till or a phone number. */
  readonly account?: string;
  readonly name?: string;
  /** Present when `account` looks like a phone number. */
  readonly phoneNumber?: PhoneNumber;
}
