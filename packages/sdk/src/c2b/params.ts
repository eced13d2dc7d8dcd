import type { C2bRegisterRequest } from "@mpesa/raw";
import type { Core } from "../core.ts";
import { choice } from "../validate/limits.ts";
import { type Parser, withDefault } from "../validate/schema.ts";

/** Where to send the notices of customer payments. */
export interface C2bRegisterUrlsParams {
  /** The pay bill, till or store number. @default the client's shortCode */
  shortCode?: string;
  /** Told of every completed payment. Keep words like `mpesa` out of it: the filter is strict here. */
  confirmationUrl: string | URL;
  /** Asked before a payment completes, if Safaricom switched external validation on; needed either way. */
  validationUrl: string | URL;
  /** What happens to a payment when `validationUrl` does not answer within about 8 seconds. */
  responseType: C2bRegisterRequest["ResponseType"];
  /** Notices of version 2 carry the payer's number masked, of version 1 hashed. @default the client's apiVersion.c2b, or "v2" */
  apiVersion?: "v1" | "v2";
}

/** Paying a pay bill with the account that the customer types. */
export interface C2bToPayBill {
  /** @default the client's shortCode */
  payBill?: string;
  /** @limits C2bSimulateRequest.BillRefNumber: 1 to 20 characters */
  account: string;
  till?: never;
}

/** Paying a till. */
export interface C2bToTill {
  till: string;
  payBill?: never;
  account?: never;
}

/** A customer payment to pretend. */
export interface C2bSimulateParams {
  /** What the customer pays into. */
  payTo: C2bToPayBill | C2bToTill;
  /** Who pretends to pay. The sandbox has one number for it, 254708374149. */
  phoneNumber: string | number;
  /** Whole shillings. @limits C2bSimulateRequest.Amount: an integer from 1 to 250,000 */
  amount: number;
  /** @default the client's apiVersion.c2b, or "v2" */
  apiVersion?: "v1" | "v2";
}

type Version = "v1" | "v2";

const DEFAULT_VERSION = "v2";

export const apiVersion: Parser<Version> = withDefault(
  choice(["v1", "v2"], `Omit it for "${DEFAULT_VERSION}".`),
  DEFAULT_VERSION,
);

/** The version that a call speaks. It decides on the operation, before anything is checked. */
export function versionOf({ config }: Core, params: { readonly apiVersion?: Version } | undefined): Version {
  return params?.apiVersion ?? config.apiVersion?.c2b ?? DEFAULT_VERSION;
}
