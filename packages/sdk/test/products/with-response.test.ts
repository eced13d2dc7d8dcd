import { describe, expect, expectTypeOf, it } from "vitest";
import type { MpesaResponse, StkPushResult } from "../../src/index.ts";
import { calls } from "./calls.ts";
import { accept, connect, daraja, failure, hurried } from "./harness.ts";

const push = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };

describe("withResponse", () => {
  it.each(calls)("$name resolves with the result and the response that brought it", async ({ run }) => {
    const { mpesa, sent } = connect(async (one, nth) => {
      const accepted = await accept(one, nth);
      return new Response(await accepted.text(), { headers: { "x-served-by": "gateway-7" } });
    });
    const { data, response } = await run(mpesa).withResponse();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-served-by")).toBe("gateway-7");
    expect(data).toEqual(await run(connect().mpesa));
    expect(sent).toHaveLength(1);
  });

  it("has the response of the last attempt, and Daraja's ID of the request if there is one", async () => {
    const busy = daraja(500, "500.003.02", "System is busy. Please try again in few minutes.");
    const pending = daraja(500, "500.001.1001", "The transaction is being processed");
    const { mpesa } = connect((one, nth) => (nth === 1 ? busy : pending)(one, nth), { maxRetries: 1, clock: hurried });
    const { data, response } = await mpesa.stk.query({ checkoutRequestId: "ws_CO_191220191020363925" }).withResponse();
    expect(data.outcome).toBe("pending");
    expect(response.status).toBe(500);
    expect(response.requestId).toBeTypeOf("string");
  });

  it("rejects as the call does, and leaves no unhandled rejection", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - Invalid Amount"));
    expect((await failure(() => mpesa.stk.push(push).withResponse()))["type"]).toBe("MpesaApiError");
    const invalid = mpesa.stk.push({ ...push, amount: 0.5 });
    expect((await failure(() => invalid))["type"]).toBe("MpesaValidationError");
    expect((await failure(() => invalid.withResponse()))["type"]).toBe("MpesaValidationError");
  });

  it("is typed", () => {
    const { mpesa } = connect();
    expectTypeOf(mpesa.stk.push).returns.resolves.toEqualTypeOf<StkPushResult>();
    expectTypeOf(mpesa.stk.push(push).withResponse()).resolves.toEqualTypeOf<{
      data: StkPushResult;
      response: MpesaResponse;
    }>();
  });
});
