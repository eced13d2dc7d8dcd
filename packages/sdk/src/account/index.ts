import { balanceRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../core.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { checkShared, type InitiatorParams } from "../initiator/params.ts";
import { checkParty, type TransactionParty } from "../initiator/party.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { Checks } from "../values/checks.ts";
import { given } from "../values/given.ts";

/** Whose balances to ask for. */
export interface AccountBalanceParams extends Omit<InitiatorParams, "shortCode"> {
  /** @default the client's shortCode */
  party?: TransactionParty;
}

/** The organisation's own accounts. */
export interface Account {
  /**
   * Asks for the balances of all accounts; they come to `resultUrl`, once. Every request costs one authentication of the
   * initiator, and failed ones lock it.
   *
   * @throws MpesaValidationError, MpesaConfigError, MpesaAuthError, MpesaRateLimitError, MpesaApiError,
   *   MpesaConnectionError, MpesaOutcomeUnknownError. Asking again moves no money; after a rejection correct the credential
   *   first.
   * @example
   * const { conversationId } = await mpesa.account.balance();
   */
  balance(params?: AccountBalanceParams, options?: CallOptions): Promise<Acknowledgement>;
}

export function createAccount(link: InitiatorLink): Account {
  return { balance: (params = {}, options) => accountBalance(link, given(params), options) };
}

async function accountBalance(
  link: InitiatorLink,
  params: AccountBalanceParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const checks = new Checks("accountBalance");
  const party = checkParty(checks, params.party, link.core.config);
  const { initiator, wire } = checkShared(link, checks, params, { rule: rules.Remarks, remarks: "Balance" });
  checks.done();
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "accountBalance",
    initiator,
    body: (SecurityCredential) => ({ Initiator: initiator.name, SecurityCredential, CommandID, ...party, ...wire }),
    options,
  });
}
