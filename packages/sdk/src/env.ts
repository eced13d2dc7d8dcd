import { MpesaConfigError } from "./errors.ts";
import { type Issue, shapeOf } from "./issues.ts";
import { type MpesaOptions, optionTable } from "./options.ts";

/** Where variables are looked up. Values that are not strings, such as a platform's bindings, are ignored. */
export type MpesaEnv = Readonly<Record<string, unknown>>;

type Name = keyof MpesaOptions;

/**
 * Reads the client's options from environment variables, such as `MPESA_CONSUMER_KEY` for `consumerKey`; the README lists
 * them all. A variable that is empty counts as missing. `MPESA_ACCESS_TOKEN` replaces the two keys; a token expires after
 * about an hour, so it is for short scripts. `MPESA_SECURITY_CREDENTIAL` goes before `MPESA_INITIATOR_PASSWORD`.
 *
 * @param env The variables. @default process.env, where there is one
 * @throws MpesaConfigError with everything that is missing or invalid; `issues[].field` is the variable's name.
 * @example
 * const mpesa = new Mpesa({ ...configFromEnv(), onEvent });
 */
export function configFromEnv(env: MpesaEnv | undefined = processEnv()): MpesaOptions {
  if (typeof env !== "object" || env === null) {
    const fix = "Pass process.env or your platform's bindings, or omit it.";
    throw new MpesaConfigError([{ field: "env", received: shapeOf(env), rule: "must be an object of variables", fix }]);
  }
  const text = (variable: string): string | undefined => {
    const value = env[variable];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  const options: Partial<Record<Name, unknown>> = {};
  const issues: Issue[] = [];
  const missing = (variable: string, fix: string): void => {
    issues.push({ field: variable, received: shapeOf(env[variable]), rule: "is missing", fix });
  };
  for (const [name, { env: variables }] of entries)
    options[name] = typeof variables === "object" ? textsOf(variables, text) : variables && text(variables);
  if (options.environment === undefined && options.baseUrl === undefined)
    missing("MPESA_ENVIRONMENT", "Set it to sandbox or production, or set MPESA_BASE_URL.");
  const token = options.accessToken;
  if (token === undefined) {
    const fix = "Set it to what the developer portal shows for your app, or set MPESA_ACCESS_TOKEN.";
    if (options.consumerKey === undefined) missing("MPESA_CONSUMER_KEY", fix);
    if (options.consumerSecret === undefined) missing("MPESA_CONSUMER_SECRET", fix);
  } else Object.assign(options, { accessToken: () => token, consumerKey: undefined, consumerSecret: undefined });
  options.initiator = initiatorOf(options.initiator as Texts | undefined, missing);
  const found: MpesaOptions = {};
  for (const [name, option] of entries) {
    const value = numberOf(options[name], option.default);
    if (value === undefined) continue;
    const parsed = option.parse(value, options as MpesaOptions);
    const problems = parsed.ok ? [] : parsed.issues.flatMap((issue) => ofVariable(issue, option.env));
    if (problems.length === 0) Object.assign(found, { [name]: value });
    issues.push(...problems);
  }
  if (issues.length > 0) throw new MpesaConfigError(issues);
  return found;
}

type Texts = Readonly<Record<string, string>>;

const entries = Object.entries(optionTable) as [Name, (typeof optionTable)[Name] & { readonly default?: unknown }][];

/** The parts of an option that are set, or `undefined` if none is. */
function textsOf(variables: Texts, text: (variable: string) => string | undefined): Texts | undefined {
  const texts = Object.entries(variables).flatMap(([part, variable]) => {
    const value = text(variable);
    return value === undefined ? [] : [[part, value]];
  });
  return texts.length > 0 ? Object.fromEntries(texts) : undefined;
}

/** Name and secret only work together. */
function initiatorOf(texts: Texts | undefined, missing: (variable: string, fix: string) => void): Texts | undefined {
  if (!texts) return undefined;
  const { name, securityCredential, password } = texts;
  if (name === undefined) missing("MPESA_INITIATOR_NAME", "Set it to the initiator's name.");
  if (securityCredential !== undefined) return name === undefined ? undefined : { name, securityCredential };
  if (password === undefined)
    missing("MPESA_SECURITY_CREDENTIAL", "Set it to the credential, or set MPESA_INITIATOR_PASSWORD.");
  return name === undefined || password === undefined ? undefined : { name, password };
}

/** A number where the option is one. Digits only: JavaScript reads "0x10" and "1e3" as numbers, too. */
function numberOf(value: unknown, standard: unknown): unknown {
  return typeof standard === "number" && /^\d+(\.\d+)?$/.test(`${value}`) ? Number(value) : value;
}

/** An issue under the name of the variable. What no variable can say is left to the client. */
function ofVariable(issue: Issue, variables: string | Texts | undefined): Issue[] {
  const field = typeof variables === "object" ? variables[issue.field] : variables;
  return field === undefined ? [] : [{ ...issue, field }];
}

/** Reached through globalThis, because most platforms have none. */
function processEnv(): MpesaEnv {
  const { process } = globalThis as { process?: { env?: MpesaEnv } };
  return process?.env ?? {};
}
