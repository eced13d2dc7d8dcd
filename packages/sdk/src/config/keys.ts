import type { MpesaOptions } from "../config.ts";
import type { Issue } from "../errors/issue.ts";
import { shapeOf } from "../errors/issue.ts";

/** What is wrong with the way the client gets its tokens: two keys, or a function, and never both. */
export function keyIssues({ accessToken, consumerKey, consumerSecret }: MpesaOptions): Issue[] {
  const issues: Issue[] = [];
  const wrong = (field: string, value: unknown, rule: string, fix: string): void => {
    issues.push({ field, received: shapeOf(value), rule, fix });
  };
  if (accessToken !== undefined) {
    if (typeof accessToken !== "function") {
      wrong("accessToken", accessToken, "must be a function that gives a token", "Write accessToken: () => token.");
    } else if (consumerKey !== undefined || consumerSecret !== undefined) {
      wrong("accessToken", accessToken, "takes the place of consumerKey and consumerSecret", "Give one or the other.");
    }
    return issues;
  }
  for (const [field, value] of Object.entries({ consumerKey, consumerSecret })) {
    if (typeof value !== "string" || value.trim() === "") {
      wrong(field, value, "is needed", "Copy it from your app on the portal, or pass accessToken.");
    } else if (
      value !== value.trim() ||
      /[^\x21-\x7e]/.test(value) ||
      (field === "consumerKey" && value.includes(":"))
    ) {
      wrong(field, value, "must be printable without spaces", "It was probably copied with something around it.");
    }
  }
  if (typeof consumerKey === "string" && consumerKey !== "" && consumerKey === consumerSecret) {
    wrong("consumerSecret", consumerSecret, "must differ from consumerKey", "The same text was given twice.");
  }
  return issues;
}

/** Which options hold something that no browser should. */
export function secretIssues({ consumerKey, consumerSecret, passkey, initiator }: MpesaOptions): Issue[] {
  const given = Object.entries({ consumerKey, consumerSecret, passkey, initiator }).filter(
    ([, value]) => value !== undefined,
  );
  return given.map(([field, value]) => ({
    field,
    received: shapeOf(value),
    rule: "is a secret, and a browser shows it to everybody",
    fix: "Call your own server instead: baseUrl with accessToken. If nobody else uses this page, set allowSecretsInBrowser.",
  }));
}
