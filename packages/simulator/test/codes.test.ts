import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { type CodeInfo, type CodeScope, codesByScope } from "@mpesa/raw/codes";
import { describe, expect, it } from "vitest";
import { magicValues } from "../src/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";

const operations = Object.values(operationTable) as readonly OperationInfo[];
const fits = ({ operations: only }: CodeInfo, id: OperationId) => !only || only.includes(id);
const posts = operations.filter(({ method }) => method === "POST");

describe("every code of an operation can be had", () => {
  const cases = posts.flatMap((info) =>
    codesByScope[info.codeScope as CodeScope]
      .filter((code) => fits(code, info.id))
      .map((code) => ({ info, code: code.code })),
  );

  it.each(cases.map(({ info, code }) => [info.id, code, info] as const))(
    "%s gives result %s when asked to",
    async (id, code, info) => {
      const { daraja, send, received } = bench();
      const scope = info.codeScope === "response" ? { responseCode: code } : { resultCode: code };
      daraja.next(id, scope);
      const answer = await send(id, goodRequest(id));
      expect(answer.status).toBe(200);
      await daraja.settled();
      const told = JSON.stringify([answer.body, ...received.map(({ body }) => body)]);
      if (id === "stkPush" && code === "4999") expect(received).toEqual([]);
      else
        expect(told).toMatch(
          new RegExp(`"(?:ResultCode|ResponseCode|ResponseStatus|resultCode|code)":"?${code}"?[,}]`),
        );
      expect(daraja.ledger.total()).toBe(0);
    },
  );

  const errors = posts.flatMap((info) =>
    (["error", "fault", "http"] as const).flatMap((scope) =>
      codesByScope[scope].filter((code) => fits(code, info.id)).map(({ code }) => [info.id, code] as const),
    ),
  );
  it.each(errors)("%s refuses with %s when asked to", async (id, code) => {
    const { daraja, send, received } = bench();
    daraja.next(id, { errorCode: code });
    const answer = await send(id, goodRequest(id));
    const [status, kind] = code.split(":");
    if (kind === "empty") expect(answer).toMatchObject({ status: Number(status), text: "" });
    else if (kind === "html") expect(answer.text).toMatch(/^<html/);
    else if (/^\d{3}$/.test(code) && kind === undefined && code !== "401" && code !== "500")
      expect(answer.status).toBe(Number(code));
    else expect(answer.text).toContain(`"${code.replace("*", "InvalidAccessToken")}"`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await daraja.settled();
    expect(received).toEqual([]);
  });
});

describe("magic values", () => {
  const byOperation = new Map(posts.map(({ id }) => [id, goodRequest(id)]));
  const rows = magicValues().flatMap((row) => row.operations.map((id) => [id, row.field, row.value, row] as const));

  it.each(rows)("%s with %s %s", async (id, field, value, row) => {
    const { daraja, send, received } = bench();
    const request = { ...byOperation.get(id), [field]: value };
    const answer = await send(id, request);
    await daraja.settled();
    const told = JSON.stringify([answer.text, ...received.map(({ body }) => body)]);
    if (row.scope === "http") return expect(answer.status).toBe(Number(row.code.split(":")[0]));
    if (row.code === "4999") return expect(received).toEqual([]);
    if (row.scope === "error" || row.scope === "fault")
      return expect(told).toContain(`\\"${row.code.replace("*", "InvalidAccessToken")}\\"`);
    expect(told).toMatch(new RegExp(`"(?:ResultCode|resultCode)":"?${row.code}"?[,}]`));
  });

  it("stay ordinary when magic is off", async () => {
    const { daraja, send, received } = bench({ magic: false });
    await send("stkPush", { ...goodRequest("stkPush"), PhoneNumber: "254700001032", PartyA: "254700001032" });
    daraja.customer("254700001032").enterPin();
    await daraja.settled();
    expect(JSON.stringify(received)).toContain('"ResultCode":0');
  });

  it("are the table in MAGIC.md", async () => {
    const { magicTable } = await import("../src/magic-table.ts");
    await expect(magicTable()).toMatchFileSnapshot("../MAGIC.md");
  });
});
