import type { MpesaEnvironment } from "@mpesa/raw";
import { environments } from "@mpesa/raw/platform";
import type { MpesaOptions } from "./config.ts";
import { MpesaConfigError } from "./errors/config-error.ts";
import { type Issue, shapeOf } from "./errors/issue.ts";

/** Where variables are looked up; bindings that are no texts are passed over. */
export type MpesaEnv = Readonly<Record<string, unknown>>;

/**
 * Reads the client's options from environment variables. An empty variable counts as missing.
 *
 * | variable | option |
 * |---|---|
 * | `MPESA_ENVIRONMENT` | `environment`: `sandbox` or `production`; needed unless `MPESA_BASE_URL` is set |
 * | `MPESA_BASE_URL` | `baseUrl` |
 * | `MPESA_CONSUMER_KEY`, `MPESA_CONSUMER_SECRET` | needed, unless `MPESA_ACCESS_TOKEN` is set |
 * | `MPESA_ACCESS_TOKEN` | `accessToken`; a token ends after about an hour, so this is for short scripts |
 * | `MPESA_SHORT_CODE`, `MPESA_PASSKEY` | `shortCode`, `passkey` |
 * | `MPESA_INITIATOR_NAME` with `MPESA_SECURITY_CREDENTIAL` or `MPESA_INITIATOR_PASSWORD` | `initiator` |
 * | `MPESA_CALLBACK_URL`, `MPESA_RESULT_URL`, `MPESA_TIMEOUT_URL` | `callbackUrl`, `resultUrl`, `timeoutUrl` |
 * | `MPESA_B2C_VERSION`, `MPESA_C2B_VERSION` | `apiVersion` |
 * | `MPESA_TIMEOUT_MS`, `MPESA_MAX_RETRIES` | `timeoutMs`, `maxRetries` |
 * | `MPESA_MAX_QUERIES_PER_SECOND` | `maxQueriesPerSecond` |
 *
 * @param env The variables. @default process.env, where there is one
 * @throws MpesaConfigError with everything that is missing at once; `issues[].field` is the variable's name.
 * @example
 * const mpesa = new Mpesa({ ...configFromEnv(), onEvent });
 */
export function configFromEnv(env: MpesaEnv | undefined = processEnv()): MpesaOptions {
  const reader = new Reader(env);
  const environment = reader.environment();
  const baseUrl = reader.text("MPESA_BASE_URL");
  if (reader.text("MPESA_ENVIRONMENT") === undefined && baseUrl === undefined)
    reader.missing("MPESA_ENVIRONMENT", "sandbox or production, or MPESA_BASE_URL");
  const token = reader.text("MPESA_ACCESS_TOKEN");
  const initiator = reader.initiator();
  const b2c = reader.text("MPESA_B2C_VERSION") as "v1" | "v3" | undefined;
  const c2b = reader.text("MPESA_C2B_VERSION") as "v1" | "v2" | undefined;
  const options = {
    environment,
    baseUrl,
    consumerKey: token === undefined ? reader.needed("MPESA_CONSUMER_KEY", "the app's key from the portal") : undefined,
    consumerSecret:
      token === undefined ? reader.needed("MPESA_CONSUMER_SECRET", "the app's secret from the portal") : undefined,
    accessToken: token === undefined ? undefined : () => token,
    shortCode: reader.text("MPESA_SHORT_CODE"),
    passkey: reader.text("MPESA_PASSKEY"),
    initiator,
    callbackUrl: reader.text("MPESA_CALLBACK_URL"),
    resultUrl: reader.text("MPESA_RESULT_URL"),
    timeoutUrl: reader.text("MPESA_TIMEOUT_URL"),
    apiVersion: b2c === undefined && c2b === undefined ? undefined : defined({ b2c, c2b }),
    timeoutMs: reader.integer("MPESA_TIMEOUT_MS"),
    maxRetries: reader.integer("MPESA_MAX_RETRIES"),
    maxQueriesPerSecond: reader.decimal("MPESA_MAX_QUERIES_PER_SECOND"),
  };
  reader.done();
  return defined(options);
}

class Reader {
  readonly #env: MpesaEnv;
  readonly #issues: Issue[] = [];

  constructor(env: MpesaEnv) {
    if (typeof env !== "object" || env === null) {
      const fix = "Pass process.env or your platform's bindings, or leave it out.";
      throw new MpesaConfigError([
        { field: "env", received: shapeOf(env), rule: "must be an object of variables", fix },
      ]);
    }
    this.#env = env;
  }

  text(name: string): string | undefined {
    const value = this.#env[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  }

  integer(name: string): number | undefined {
    return this.#digits(name, /^\d+$/, "must be a whole number", "Write digits only.");
  }

  decimal(name: string): number | undefined {
    return this.#digits(name, /^\d+(\.\d+)?$/, "must be a decimal number", 'Write digits, such as "10" or "0.5".');
  }

  #digits(name: string, pattern: RegExp, rule: string, fix: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || pattern.test(value)) return value === undefined ? undefined : Number(value);
    this.#wrong(name, value, rule, fix);
    return undefined;
  }

  needed(name: string, what: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) this.missing(name, what);
    return value;
  }

  missing(name: string, what: string): void {
    this.#wrong(name, this.#env[name], "is missing", `Set it to ${what}.`);
  }

  environment(): MpesaEnvironment | undefined {
    const value = this.text("MPESA_ENVIRONMENT");
    if (value === undefined || Object.hasOwn(environments, value)) return value as MpesaEnvironment | undefined;
    this.#wrong("MPESA_ENVIRONMENT", value, 'must be "sandbox" or "production"', "Each has its own keys.");
    return undefined;
  }

  /** The two halves of an initiator only work together. */
  initiator(): MpesaOptions["initiator"] {
    const name = this.text("MPESA_INITIATOR_NAME");
    const securityCredential = this.text("MPESA_SECURITY_CREDENTIAL");
    const password = this.text("MPESA_INITIATOR_PASSWORD");
    const secret = securityCredential ?? password;
    if (name === undefined && secret === undefined) return undefined;
    if (name === undefined) this.missing("MPESA_INITIATOR_NAME", "the API user's name");
    if (secret === undefined)
      this.missing("MPESA_SECURITY_CREDENTIAL", "the credential, or set MPESA_INITIATOR_PASSWORD");
    if (name === undefined || secret === undefined) return undefined;
    return securityCredential === undefined ? { name, password: secret } : { name, securityCredential };
  }

  done(): void {
    if (this.#issues.length > 0) throw new MpesaConfigError(this.#issues);
  }

  #wrong(field: string, value: unknown, rule: string, fix: string): void {
    this.#issues.push({ field, received: shapeOf(value), rule, fix });
  }
}

/** Reached through globalThis, because most platforms have none. */
function processEnv(): MpesaEnv {
  const { process } = globalThis as { process?: { env?: MpesaEnv } };
  return process?.env ?? {};
}

/** The same without what is not there. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
