import { readFileSync } from "node:fs";
import type { OperationId } from "@mpesa/raw";
import { parse } from "yaml";

type Json = Record<string, unknown>;

const folder = new URL("../../../../spec/", import.meta.url);
const document = parse(readFileSync(new URL("openapi.yml", folder), "utf8")) as {
  paths: Record<string, Record<string, Json>>;
};

/** The first request example and the first accepted answer of an operation, from the spec. */
export function examplesOf(id: OperationId): { request: Json | undefined; answer: Json } {
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods)) {
      if (operation["operationId"] !== id) continue;
      const request = operation["requestBody"] as { content: Content } | undefined;
      const { "200": ok } = operation["responses"] as Record<string, { content: Content }>;
      return { request: request && first(request.content), answer: first(ok?.content) ?? {} };
    }
  }
  throw new Error(`the spec has no operation ${id}`);
}

/** The first accepted answer of an operation to a request: it repeats the id that the request carries. */
export function acceptanceOf(id: OperationId, { OriginatorConversationID }: Json = {}): Json {
  const { answer } = examplesOf(id);
  return OriginatorConversationID === undefined ? answer : { ...answer, OriginatorConversationID };
}

type Content = Record<string, { examples?: Record<string, { $ref?: string; value?: Json }> }>;

function first(content: Content | undefined): Json | undefined {
  const [example] = Object.values(content?.["application/json"]?.examples ?? {});
  if (!example?.$ref) return example?.value;
  return (parse(readFileSync(new URL(example.$ref, folder), "utf8")) as { value: Json }).value;
}
