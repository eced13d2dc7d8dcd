import { balanceRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import {
  type InitiatorParams,
  party,
  partyBody,
  signedAbout,
  signedBody,
  type TransactionParty,
} from "../initiator/params.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { check, object, type ShapeOf } from "../validate/schema.ts";

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
  balance(params?: AccountBalanceParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
}

const balanceParams = object({
  party,
  ...signedAbout(rules.Remarks, "Balance"),
} satisfies ShapeOf<AccountBalanceParams>);

export function createAccount(link: InitiatorLink): Account {
  return { balance: (params, options) => startCall(options, (scope) => accountBalance(link, params, scope)) };
}

async function accountBalance(
  link: InitiatorLink,
  params: AccountBalanceParams | undefined,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const values = check("accountBalance", balanceParams, params, link.core);
  const { initiator } = values;
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "accountBalance",
    initiator,
    body: (SecurityCredential) => ({
      Initiator: initiator.name,
      SecurityCredential,
      CommandID,
      ...partyBody(values.party),
      ...signedBody(values),
    }),
    options,
  });
}
