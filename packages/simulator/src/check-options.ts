import { dailyLimit, shortCode as shortCodeRule } from "@mpesa/raw/platform";
import { hostOf } from "./callbacks/hosts.ts";
import { callable, fields, flag, list, number, oneOf, type Rule, refuse, secret, text, wrongWith } from "./check.ts";
import { mostShillings } from "./defaults.ts";
import { isPhone } from "./engine/phone.ts";
import { LAST_INSTANT, LONGEST_TIMER_MS } from "./engine/time.ts";

const money = number(0, mostShillings);
/** Milliseconds that a timer can wait. */
const wait = number(0, LONGEST_TIMER_MS);
export const phoneRule: Rule = text('a Kenyan mobile number as a text, such as "0712345678"', isPhone);
const shortCode = text('a text of 5 to 7 digits, such as "600111"', (value) =>
  new RegExp(shortCodeRule.pattern).test(value),
);

export const pinRule: Rule = secret('a text, such as "1234"');

/** What can be said about a customer, at the start or later. */
export const customerRules: Readonly<Record<string, Rule>> = {
  name: text(),
  pin: pinRule,
  balance: number(0, dailyLimit),
  limit: money,
  idNumber: text(),
  registered: flag,
  reachable: flag,
};

const initiator = fields({ name: text(), password: secret(), securityCredential: secret(), locked: flag }, [
  "name",
  "password",
]);
const organisation = fields(
  {
    shortCode,
    name: text(),
    kind: oneOf("payBill", "till", "store"),
    store: shortCode,
    passkey: secret(),
    initiators: list(initiator),
    externalValidation: flag,
    operatorPhone: phoneRule,
    balance: money,
  },
  ["shortCode"],
);
const app = fields({ consumerKey: text(), consumerSecret: secret() }, ["consumerKey", "consumerSecret"]);
const waits = fields(
  Object.fromEntries(["promptMs", "processingMs", "resultMs", "validationMs", "lateMs"].map((name) => [name, wait])),
);
/** An empty list would show keys in `credentials` that are refused. */
const apps: Rule = (value, path) => {
  if (value === "any") return undefined;
  return Array.isArray(value) && value.length > 0 ? list(app)(value, path) : 'a list of at least one app, or "any"';
};
const seed: Rule = (value) =>
  Number.isFinite(value) || (typeof value === "string" && value !== "") ? undefined : "a number or a text";
/** An object of any class. */
const stateFile: Rule = (value) =>
  ["load", "save", "close"].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === "function")
    ? undefined
    : "a state file, as openStateFile of @mpesa/simulator/server opens it";

export const hostNames: Rule = list(
  text('a host name, such as "shop.example"', (value) => hostOf(value) !== undefined),
);

const options = fields({
  seed,
  clock: oneOf("virtual", "real"),
  startAt: number(0, LAST_INSTANT),
  environment: oneOf("sandbox", "production"),
  apps,
  organisations: list(organisation),
  customers: list(fields({ phone: phoneRule, ...customerRules }, ["phone"])),
  fetch: callable,
  allowedCallbackHosts: hostNames,
  deliveryTimeoutMs: wait,
  validationDeadlineMs: wait,
  delays: waits,
  rateLimits: flag,
  magic: flag,
  history: number(0),
  state: stateFile,
});

/** @throws TypeError that names every option that makes no sense, and what it must be */
export function checkOptions(given: unknown): void {
  refuse(wrongWith(given, "the options", (value) => options(value, "")));
}
