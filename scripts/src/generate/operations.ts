import type { JsonObject } from "./json.ts";
import type { Operation } from "./model.ts";
import { banner, literal } from "./text.ts";

const types = `import type { CodeScope, Evidence } from "./codes.ts";
import type { Environment } from "./platform.ts";

/**
 * The retry class of an operation, which states whether a request may be sent twice.
 *
 * - \`safe\`: the operation only reads, or a second request is harmless.
 * - \`deduplicated\`: M-Pesa rejects a second request with the same ID.
 * - \`never\`: a second request may move money twice.
 */
export type RetryClass = "safe" | "deduplicated" | "never";

/** The rule that determines whether a response is an acceptance. */
export interface SuccessRule {
  /** The field that shows acceptance. Without \`values\`, the presence of the field means acceptance. */
  readonly field: string;
  /** Other spellings of the field. */
  readonly alias?: readonly string[];
  /** The values that mean acceptance, compared as strings. */
  readonly values?: readonly string[];
  /**
   * If \`true\`, a response without the field is an acceptance when the HTTP status is 200 and the description reports
   * success.
   */
  readonly optional?: boolean;
  /** If \`true\`, a response that consists only of a list is an acceptance. */
  readonly list?: boolean;
}

/** A callback that Safaricom posts later to a URL in the request. */
export interface CallbackInfo {
  /** The key of the callback under \`callbacks\` of the operation in the OpenAPI document. */
  readonly name: string;
  /** The field of the request body that contains the URL. */
  readonly urlField: string;
  /** The name of the type of the callback. */
  readonly schema: string;
  /** The name of the type of your reply, or \`null\` if the content of the reply is not specified. */
  readonly reply: string | null;
}

/** A measured rate limit. */
export interface RateLimit {
  /** The number of requests that are allowed in a period. */
  readonly requests: number;
  /** The length of the period, in milliseconds. */
  readonly periodMs: number;
  /** The number of requests that are allowed at the same time. */
  readonly burst: number;
  /** The environment in which the limit was measured. */
  readonly environment: Environment;
}

/** An entry of {@link operationTable}, which describes one operation. */
export interface OperationInfo {
  /** The \`operationId\` in the OpenAPI document. */
  readonly id: OperationId;
  /** The HTTP method. */
  readonly method: "GET" | "POST";
  /** The path, without the base URL. */
  readonly path: string;
  /** A one-line summary for a person. */
  readonly summary: string;
  /**
   * The product on the developer portal that an app requires. The product is the tag of the operation in the OpenAPI
   * document.
   */
  readonly product: string;
  /** The authentication: \`basic\` with consumer key and consumer secret, or \`bearer\` with an access token. */
  readonly auth: "basic" | "bearer";
  /** The retry class, which states whether a request may be sent twice. */
  readonly retry: RetryClass;
  /** The rule that determines whether a response is an acceptance. */
  readonly success: SuccessRule;
  /** The code table for the results of the operation, or for its responses if the operation has no results. */
  readonly codeScope: CodeScope;
  /** The evidence for the operation. */
  readonly evidence: Evidence;
  /** The name of the type of the request body, or \`null\` if the request has no body. */
  readonly request: string | null;
  /** The name of the type of an acceptance. A response with status 200 may be an error instead. */
  readonly response: string;
  /** The callbacks that Safaricom posts later. */
  readonly callbacks: readonly CallbackInfo[];
  /** The environments in which the operation works. */
  readonly environments: readonly Environment[];
  /** The measured rate limit, or \`null\` if nobody has measured a limit. */
  readonly rateLimit: RateLimit | null;
}
`;

/** Generates operations.ts: every fact about an operation that is required at run time. */
export function generateOperations(operations: readonly Operation[]): string {
  const table: JsonObject = {};
  for (const operation of operations) table[operation.id] = entry(operation);
  return `${banner("spec/openapi.yml")}
${types}
/**
 * Every operation of the API by its ID. An entry contains the facts to send a request and to interpret the response.
 */
export const operationTable = ${literal(table)} as const;

/** The ID of an operation. */
export type OperationId = keyof typeof operationTable;
`;
}

function entry(operation: Operation): JsonObject {
  const { id, method, path, summary, product, auth, retry, success, codeScope, evidence, request, response } =
    operation;
  const callbacks = operation.callbacks.map((callback) => ({ ...callback }));
  const environments = [...operation.environments];
  const { rateLimit } = operation;
  return {
    id,
    method,
    path,
    summary,
    product,
    auth,
    retry,
    success,
    codeScope,
    evidence,
    request,
    response,
    callbacks,
    environments,
    rateLimit,
  };
}
