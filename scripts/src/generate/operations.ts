import type { JsonObject } from "./json.ts";
import type { Operation } from "./model.ts";
import { banner, literal } from "./text.ts";

const types = `import type { CodeScope, Evidence } from "./codes.ts";
import type { Environment } from "./platform.ts";

/**
 * Whether a request may be sent twice. \`safe\`: it reads, or repeats harmlessly. \`deduplicated\`: the same id is refused
 * the second time. \`never\`: a second request may move money twice.
 */
export type RetryClass = "safe" | "deduplicated" | "never";

/** How an answer says yes. */
export interface SuccessRule {
  /** The key that tells; without \`values\` its presence is enough. */
  readonly field: string;
  /** Other spellings of the key. */
  readonly alias?: readonly string[];
  /** The values that mean yes, compared as text. */
  readonly values?: readonly string[];
  /** An absent key counts as yes when the HTTP status is 200 and the description says success. */
  readonly optional?: boolean;
  /** A bare list counts as yes. */
  readonly list?: boolean;
}

/** Something that arrives later, at a URL that the request names. */
export interface CallbackInfo {
  /** Its key under \`callbacks\` of the operation. */
  readonly name: string;
  /** The key of the request body that holds the URL. */
  readonly urlField: string;
  /** Name of the type that arrives. */
  readonly schema: string;
  /** Name of the type that is answered, or null. */
  readonly reply: string | null;
}

/** A measured throttle. */
export interface RateLimit {
  /** Requests allowed in a period. */
  readonly requests: number;
  /** Length of the period in milliseconds. */
  readonly periodMs: number;
  /** Requests allowed at once. */
  readonly burst: number;
  /** Where it was measured. */
  readonly environment: Environment;
}

/** What {@link operationTable} knows about an operation. */
export interface OperationInfo {
  /** The operationId of the OpenAPI document. */
  readonly id: OperationId;
  /** The HTTP method. */
  readonly method: "GET" | "POST";
  /** The path, without the server. */
  readonly path: string;
  /** One line for a person. */
  readonly summary: string;
  /** Which of the portal's products an app needs for it: the tag of the OpenAPI document. */
  readonly product: string;
  /** Consumer key and secret (\`basic\`), or an access token (\`bearer\`). */
  readonly auth: "basic" | "bearer";
  /** Whether it may be sent twice. */
  readonly retry: RetryClass;
  /** How its answer says yes. */
  readonly success: SuccessRule;
  /** The scope that explains the codes of its results. */
  readonly codeScope: CodeScope;
  /** How well it is known. */
  readonly evidence: Evidence;
  /** Name of the type of the body, or null. */
  readonly request: string | null;
  /** Name of the type of an acceptance. An answer with status 200 may be an error instead. */
  readonly response: string;
  /** What arrives later. */
  readonly callbacks: readonly CallbackInfo[];
  /** Where it works. */
  readonly environments: readonly Environment[];
  /** A measured throttle, or null. */
  readonly rateLimit: RateLimit | null;
}
`;

/** operations.ts: everything about an operation that is needed at run time. */
export function generateOperations(operations: readonly Operation[]): string {
  const table: JsonObject = {};
  for (const operation of operations) table[operation.id] = entry(operation);
  return `${banner("spec/openapi.yml")}
${types}
/** Every operation of the API by its id, with what is needed to send it and to judge its answer. */
export const operationTable = ${literal(table)} as const;

/** The id of an operation. */
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
