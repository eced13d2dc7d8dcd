import { balanceRequestConstraints as rules } from "@mpesa/raw/constraints";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { type Issue, shapeOf } from "../errors/issue.ts";
import { parseText } from "../values/text.ts";

/** The API user that signs payouts, business payments, balances, status queries and reversals; its password is encrypted already. */
export interface InitiatorWithCredential {
  /** The API user's name on the M-Pesa organisation portal. */
  name: string;
  /** The password, encrypted for the environment: 344 characters of base64. Works everywhere, browsers included. */
  securityCredential: string;
  password?: never;
  key?: never;
}

/** The same with the plain password, which is encrypted when a call first needs it. Needs `node:crypto`. */
export interface InitiatorWithPassword {
  name: string;
  /** The API user's password, as it was set on the M-Pesa portal. */
  password: string;
  /** A public key or certificate in PEM. @default Safaricom's key of the client's environment */
  key?: string;
  securityCredential?: never;
}

/** The API user that signs: with a ready credential, or with its password. */
export type Initiator = InitiatorWithCredential | InitiatorWithPassword;

/** Everything that is wrong with an initiator, without a word of its secrets. */
export function initiatorIssues(value: unknown, field: string, environment: string | undefined): Issue[] {
  const issues: Issue[] = [];
  const wrong = (name: string, received: unknown, rule: string, fix: string): void => {
    issues.push({ field: name === "" ? field : `${field}.${name}`, received: shapeOf(received), rule, fix });
  };
  if (typeof value !== "object" || value === null) {
    wrong(
      "",
      value,
      "must be { name, securityCredential } or { name, password }",
      "Use the API user of your organisation.",
    );
    return issues;
  }
  const { name, securityCredential, password, key } = value as Record<string, unknown>;
  const parsed = parseText(name, rules.Initiator);
  if (!parsed.ok) wrong("name", name, parsed.issue.rule, "It is the API user's name on the organisation portal.");
  if (securityCredential !== undefined && password !== undefined) {
    wrong("", value, "must have securityCredential or password, not both", "The credential is made from the password.");
  } else if (securityCredential !== undefined) {
    if (!isCredential(securityCredential)) {
      const rule = `must be ${securityCredentialLength} characters of base64, the last two of them "="`;
      wrong("securityCredential", securityCredential, rule, "If this is the plain password, pass it as password.");
    }
  } else if (typeof password !== "string" || password === "") {
    wrong(
      "password",
      password,
      "is needed, or securityCredential",
      "Give the API user's password, or the credential made from it.",
    );
  } else if (isCredential(password)) {
    wrong(
      "password",
      password,
      "must be the plain password",
      "This is a finished credential: pass it as securityCredential.",
    );
  } else if (key === undefined && environment === undefined) {
    wrong(
      "key",
      key,
      "is needed, or the client's environment",
      "The password is encrypted with that environment's public key.",
    );
  }
  if (key !== undefined && (typeof key !== "string" || !key.includes("-----BEGIN "))) {
    wrong("key", key, "must be a public key or certificate in PEM", "It begins with -----BEGIN.");
  }
  return issues;
}

/** Base64 of the key's 256 bytes: any other text of that length was damaged on its way here. */
const CREDENTIAL = new RegExp(rules.SecurityCredential.pattern);

function isCredential(value: unknown): boolean {
  return typeof value === "string" && CREDENTIAL.test(value);
}
