import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { type CodeInfo, type CodeScope, codesByScope } from "@mpesa/raw/codes";
import { describe, expect, it } from "vitest";
import { magicValues, type Scenario, type ScenarioTarget, scenarioTargets } from "../src/index.ts";
import { choices } from "../src/server/choices.ts";
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

describe("the texts of codes", () => {
  it("are Daraja's own, or what Safaricom has said, or nothing more than that the request failed", async () => {
    const { daraja, send } = bench();
    const said = async (errorCode: string) => {
      daraja.next("pull", { errorCode });
      return (await send("pullQuery", goodRequest("pullQuery"))).body["errorMessage"];
    };
    expect(await said("500")).toBe("nothing available for the short code");
    expect(await said("404.001.04")).toBe("Invalid Authentication Header");
    for (const hearsay of ["400.002.01", "500.002.02", "500.002.03"])
      expect(await said(hearsay)).toBe("Request failed");
    daraja.next("b2c", { responseCode: "1" });
    expect((await send("b2cPaymentV3", goodRequest("b2cPaymentV3"))).body).toEqual({
      ResponseCode: "1",
      ResponseDescription: "Request failed",
    });
  });

  it("that give a code another meaning can be asked for, the empty one too", async () => {
    const { daraja, send } = bench();
    daraja.next("stkQuery", { errorCode: "500.001.1001", errorMessage: "" });
    expect((await send("stkQuery", goodRequest("stkQuery"))).body).toMatchObject({ errorMessage: "" });
  });
});

describe("an acknowledgement with another code", () => {
  it.each([
    ["ussdPush", "1", { code: "1", status: "Request failed" }],
    ["ussdPush", "0", { code: "0", status: "USSD Initiated Successfully" }],
    ["pullRegister", "9", { ResponseStatus: "9", ResponseDescription: "Request failed" }],
    ["pullQuery", "9", { ResponseCode: "9", ResponseMessage: "Request failed" }],
    ["stkPush", "9", { ResponseCode: "9", ResponseDescription: "Request failed" }],
  ] as const)("has the keys of its product: %s %s", async (id, responseCode, body) => {
    const { daraja, send } = bench();
    daraja.next(id, { responseCode });
    expect((await send(id, goodRequest(id))).body).toEqual(body);
  });
});

describe("what the switchboard offers", () => {
  it.each(scenarioTargets)("can be asked for, and is what the operation can give: %s", (target) => {
    const { results, responses, refusals, callbacks, timeout } = choices(target);
    const { daraja } = bench();
    for (const { scenario } of [...results, ...responses, ...refusals])
      expect(() => daraja.next(target, scenario), JSON.stringify(scenario)).not.toThrow();
    const refused = (scenario: Scenario) => {
      try {
        daraja.next(target, scenario);
        return false;
      } catch {
        return true;
      }
    };
    expect([refused({ callback: "lost" }), refused({ timeout: true })]).toEqual([!callbacks, !timeout]);
  });

  it("has the refusals without a code, and the texts that give a code another meaning", () => {
    const offered = (target: ScenarioTarget) => choices(target).refusals.map(({ scenario }) => scenario);
    expect(offered("token")).toContainEqual({ errorCode: "400:empty" });
    expect(offered("token")).not.toContainEqual({ errorCode: "400.001" });
    expect(offered("c2b")).not.toContainEqual({ errorCode: "400.001" });
    expect(offered("pull")).toContainEqual({ errorCode: "400.001" });
    expect(offered("any")).toContainEqual({ errorCode: "503:html" });
    expect(offered("any")).not.toContainEqual({ errorCode: "400:empty" });
    expect(offered("stk")).toContainEqual({ errorCode: "500.001.1001", errorMessage: "Merchant does not exist" });
    expect(offered("stkQuery")).toContainEqual({ errorCode: "500.001.1001", errorMessage: "" });
    expect(choices("b2c").responses).toContainEqual({
      label: expect.stringMatching(/^1 /),
      scenario: { responseCode: "1" },
    });
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
    if (row.scope === "response") return expect(answer.body["ResponseCode"]).toBe(row.code);
    if (row.scope === "error" || row.scope === "fault")
      return expect(told).toContain(`\\"${row.code.replace("*", "InvalidAccessToken")}\\"`);
    expect(told).toMatch(new RegExp(`"(?:ResultCode|resultCode)":"?${row.code}"?[,}]`));
    expect(daraja.requests.at(-1)?.note).toContain(`magic ${field}: ${row.code} ${row.name}`);
    expect(daraja.ledger.total()).toBe(0);
  });

  it("say in the log that they decided, and not when something else did", async () => {
    const { daraja, send } = bench();
    const magic = { ...goodRequest("stkPush"), PhoneNumber: "254700001032", PartyA: "254700001032" };
    await send("stkPush", { ...magic, Amount: "x" });
    daraja.next("stk", { resultCode: "1037" });
    await send("stkPush", magic);
    await daraja.settled();
    await send("stkPush", magic);
    expect(daraja.requests.slice(-3).map(({ note }) => note)).toEqual([
      "400.002.02 Bad Request - Invalid Amount",
      "as asked for",
      "magic PhoneNumber: 1032 CancelledByUser",
    ]);
  });

  it("are there for every operation but those that MAGIC.md names", async () => {
    const reached = new Set(magicValues().flatMap(({ operations: ids }) => ids));
    const { magicTable } = await import("../src/magic-table.ts");
    const named = /These have no field for it: ([^.]*)\./.exec(magicTable())?.[1]?.split(", ");
    expect(operations.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual(named);
  });

  it("stay ordinary when magic is off", async () => {
    const { daraja, send, received } = bench({ magic: false });
    await send("stkPush", { ...goodRequest("stkPush"), PhoneNumber: "254700001032", PartyA: "254700001032" });
    daraja.customer("254700001032").enterPin();
    await daraja.settled();
    expect(JSON.stringify(received)).toContain('"ResultCode":0');
  });
});
