import { type CodeScope, codesByScope, codeTexts, ownCodeTexts } from "@mpesa/raw/codes";
import { describe, expect, it } from "vitest";
import { explain } from "../../src/codes/index.ts";

const evidenceOf = (scope: CodeScope, code: string): string | undefined =>
  codesByScope[scope].find((one) => one.code === code)?.evidence;

describe("the evidence of codes", () => {
  it.each([
    ["result", "4", "community"],
    ["result", "15", "community"],
    ["result", "26", "community"],
    ["stk", "1", "community"],
    ["stk", "2001", "community"],
    ["error", "404.001.03", "community"],
    ["http", "503:html", "community"],
    ["stk", "2", "portal"],
    ["stk", "15", "production"],
    ["result", "1", "production"],
    ["result", "TP40153", "production"],
    ["error", "403.002.1001", "production"],
    ["stk", "1032", "observed"],
    ["result", "8006", "observed"],
  ] as const)("%s %s is no better known than its sources say: %s", (scope, code, evidence) => {
    expect(evidenceOf(scope, code)).toBe(evidence);
  });
});

describe("the texts of codes", () => {
  it("are marked as ours where no source shows them beside the code", () => {
    expect(ownCodeTexts.stk.InsufficientBalance).toBe("The balance is insufficient for the transaction.");
    expect(ownCodeTexts.result.SystemBusy).toBe("System busy. The service request is rejected.");
    expect(codeTexts.result.InitiatorInvalid).toBe("The initiator information is invalid.");
  });

  it("are a source's or ours, never both as the first one", () => {
    for (const [scope, texts] of Object.entries(ownCodeTexts)) {
      const seen: Readonly<Record<string, Readonly<Record<string, string>>>> = codeTexts;
      for (const [name, text] of Object.entries(texts)) expect(seen[scope]?.[name], `${scope} ${name}`).not.toBe(text);
    }
  });
});

describe("codes with a cause that is not in the request", () => {
  it("403.002.1001 names the product, its version and the list of addresses", () => {
    const about = {
      product: "error",
      code: "403.002.1001",
      text: "You are not authorized to initiate this transaction",
    } as const;
    const general = explain({ ...about, operation: "b2bPayment" });
    expect(general).toMatchObject({ known: true, next: "fix", fault: "merchant" });
    expect(general.hint).toMatch(/product.*IP address.*list of allowed/);
    expect(explain({ ...about, operation: "b2cPaymentV3" }).hint).toMatch(/version 3.*IP address.*version 1/);
  });

  it.each(["b2c", "b2b", "balance", "reversal"] as const)("TP40153 of %s names the role and the lock", (product) => {
    const { known, next, hint } = explain({ product, code: "TP40153" });
    expect({ known, next }).toEqual({ known: true, next: "fix" });
    expect(hint).toMatch(/role.*rejections lock the initiator/);
  });
});
