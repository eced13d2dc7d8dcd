import type { OperationInfo } from "@mpesa/raw";
import { constraints } from "@mpesa/raw/constraints";
import { callbackUrl } from "@mpesa/raw/platform";
import * as validators from "@mpesa/raw/validators";
import * as v from "valibot";
import { mostShillings } from "../defaults.ts";
import { daysIn } from "../engine/time.ts";
import type { Settings } from "../options.ts";

const schemaOf = (name: string): v.GenericSchema | undefined =>
  (validators as unknown as Record<string, v.GenericSchema>)[`${name[0]?.toLowerCase()}${name.slice(1)}Schema`];
const fieldsOf = (name: string): readonly string[] =>
  Object.keys((constraints as Readonly<Record<string, object>>)[name] ?? {});

/** The first field of a request that Daraja would name as invalid, in the spec's order; undefined when all are right. */
export function invalidField(
  info: OperationInfo,
  body: Record<string, unknown>,
  settings: Settings,
): string | undefined {
  if (!info.request) return undefined;
  const schema = schemaOf(info.request);
  if (!schema) throw new Error(`the generated layer has no validator for ${info.request}`);
  const wrong = new Set<string>();
  const result = v.safeParse(schema, body);
  for (const issue of result.issues ?? []) wrong.add(String(issue.path?.[0]?.key ?? ""));
  for (const { urlField } of info.callbacks) {
    if (!acceptableUrl(String(body[urlField] ?? ""), info.id.startsWith("c2b"), settings)) wrong.add(urlField);
  }
  // Between organisations the spec has no limit.
  for (const field of ["Amount", "amount"]) if (Number(body[field]) > mostShillings) wrong.add(field);
  if ("Timestamp" in body && !isInstant(String(body["Timestamp"]))) wrong.add("Timestamp");
  if (wrong.size === 0) return undefined;
  return fieldsOf(info.request).find((field) => wrong.has(field)) ?? [...wrong][0];
}

/** The rules for callback URLs; the word filter is strict where it was seen to be: at C2B registration. */
function acceptableUrl(written: string, strict: boolean, { environment }: Settings): boolean {
  if (!URL.canParse(written)) return false;
  const url = new URL(written);
  const schemes: readonly string[] = callbackUrl.schemes[environment];
  if (!schemes.includes(url.protocol.slice(0, -1)) || url.username || url.hash) return false;
  // One refused URL had capitals in its host; letting it pass here would hide that.
  const host = /^https?:\/\/([^/?#]*)/.exec(written)?.[1] ?? "";
  if (host !== host.toLowerCase()) return false;
  if (environment === "production" && callbackUrl.tunnelHosts.some((tunnel) => host.includes(tunnel))) return false;
  return !strict || !callbackUrl.forbiddenWords.some((word) => written.toLowerCase().includes(word));
}

function isInstant(stamp: string): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp);
  if (!parts) return false;
  const [, year, month, day, hour, minute, second] = parts;
  const inRange =
    Number(month) <= 12 && Number(month) >= 1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  return inRange && Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month));
}
