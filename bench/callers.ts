/** Who is measured: bare `fetch`, this SDK, and other clients from npm, all making the same STK push. */
import http from "node:http";
import { createRequire } from "node:module";
import { Mpesa, phoneNumber, stkPassword } from "@mpesa/sdk";
import { undiciFetch } from "@mpesa/sdk/undici";

/** Somebody who makes one call. */
export interface Caller {
  readonly name: string;
  readonly call: () => Promise<unknown>;
}

const require = createRequire(import.meta.url);
const TOKEN = "c9SQxWWhmdVRlyh0zh8gZDTkubVF";
const shortCode = "174379";
const passkey = "bench-passkey";
const callbackUrl = "https://example.com/stk/bench";
const checkoutRequestId = "ws_CO_191220191020363925";
const payer = "254712345678";

/** The same work by hand: check the number, make the password, send, read, parse. */
export function bareFetch(url: string): {
  readonly push: () => Promise<unknown>;
  readonly query: () => Promise<unknown>;
} {
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const result = JSON.parse(await response.text()) as { ResponseCode: string };
    if (!response.ok || result.ResponseCode !== "0") throw new Error("rejected");
    return result;
  };
  const signed = () => {
    const { password, timestamp } = stkPassword({ shortCode, passkey, at: new Date() });
    return { BusinessShortCode: Number(shortCode), Password: password, Timestamp: timestamp };
  };
  return {
    push: async () => {
      const number = Number(phoneNumber("0712345678"));
      return post("/mpesa/stkpush/v1/processrequest", {
        ...signed(),
        TransactionType: "CustomerPayBillOnline",
        Amount: 1,
        PartyA: number,
        PartyB: Number(shortCode),
        PhoneNumber: number,
        CallBackURL: callbackUrl,
        AccountReference: "INV-1",
        TransactionDesc: "INV-1",
      });
    },
    query: async () => post("/mpesa/stkpushquery/v1/query", { ...signed(), CheckoutRequestID: checkoutRequestId }),
  };
}

/** This SDK, with the platform's `fetch` and with undici's. */
export function sdk(url: string, { undici = false } = {}) {
  const client = new Mpesa({
    baseUrl: url,
    accessToken: () => TOKEN,
    shortCode,
    passkey,
    ...(undici && { fetch: undiciFetch() }),
  });
  const params = { payTo: { account: "INV-1" }, phoneNumber: "0712345678", amount: 1, callbackUrl };
  return { push: () => client.stk.push(params), query: () => client.stk.query({ checkoutRequestId }) };
}

/**
 * Other clients from npm. None has an option for the address, so it is set where each keeps it. Each fetches its token by itself:
 * mpesa-node and mpesa-api one for each push, so two requests, daraja.js one every 3.6 seconds.
 */
export function peers(url: string): Caller[] {
  const keys = { consumerKey: "key", consumerSecret: "secret" };
  const fields = {
    BusinessShortCode: shortCode,
    TransactionType: "CustomerPayBillOnline",
    Amount: 1,
    PartyA: payer,
    PartyB: shortCode,
    PhoneNumber: payer,
    CallBackURL: callbackUrl,
    AccountReference: "INV-1",
    TransactionDesc: "INV-1",
  };

  const Darajajs = require("daraja.js").Mpesa;
  const darajajs = new Darajajs({ ...keys, securityCredential: "none", organizationShortCode: shortCode });
  darajajs._http.baseUrl = url;

  const MpesaNode = require("mpesa-node");
  const mpesaNode = new MpesaNode({ ...keys, lipaNaMpesaShortCode: shortCode, lipaNaMpesaShortPass: passkey });
  mpesaNode.baseURL = url;

  const MpesaApi = require("mpesa-api").Mpesa;
  const mpesaApi = new MpesaApi({ clientKey: "key", clientSecret: "secret", securityCredential: "none" }, "sandbox");
  const { protocol, hostname, port } = new URL(url);
  mpesaApi.http.uri = { protocol, hostname };
  // It passes no port on; the default port of Node's agent is the only way to loopback.
  Object.assign(http.globalAgent, { defaultPort: Number(port) });

  return [
    {
      name: "daraja.js (axios)",
      call: () =>
        darajajs
          .stkPush()
          .shortCode(shortCode)
          .amount(1)
          .callbackURL(callbackUrl)
          .phoneNumber(payer)
          .accountNumber("INV-1")
          .description("INV-1")
          .lipaNaMpesaPassKey(passkey)
          .send(),
    },
    {
      name: "mpesa-node (axios; a token each push)",
      call: () => mpesaNode.lipaNaMpesaOnline(payer, 1, callbackUrl, "INV-1", "INV-1"),
    },
    {
      name: "mpesa-api (node:http; a token each push)",
      call: () => mpesaApi.lipaNaMpesaOnline({ ...fields, passKey: passkey }),
    },
  ];
}
