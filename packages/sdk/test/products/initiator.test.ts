import { constants, createPublicKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect, failure, fieldsOf, options, SECRET } from "./harness.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = publicKey.export({ type: "spki", format: "pem" }).toString();
const password = "Initiator-Password-1!";

describe("the initiator", () => {
  it("signs with a credential made from its password, once for all calls", async () => {
    const { mpesa, sent } = connect(undefined, { initiator: { name: "testapi", password, key } });
    await mpesa.account.balance();
    await mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10 });
    const [first, second] = sent.map(({ body }) => String(body["SecurityCredential"]));
    expect(first).toHaveLength(344);
    expect(second).toBe(first);
    const padded = privateDecrypt(
      { key: privateKey, padding: constants.RSA_NO_PADDING },
      Buffer.from(first ?? "", "base64"),
    );
    expect(padded.subarray(padded.indexOf(0, 2) + 1).toString()).toBe(password);
  });

  it("takes the key of the environment when it has none of its own", async () => {
    const { mpesa, sent } = connect(undefined, { initiator: { name: "testapi", password } });
    await mpesa.account.balance();
    expect(sent[0]?.body["SecurityCredential"]).toMatch(/^[A-Za-z0-9+/]{342}==$/);
    expect(createPublicKey(key).asymmetricKeyType).toBe("rsa");
  });

  it("may be another one for a single call", async () => {
    const { mpesa, sent } = connect();
    const initiator = { name: "reverser", securityCredential: `${"R".repeat(342)}==` };
    await mpesa.transactions.reverse({ receipt: "UJ63T9K5AB", amount: 1, initiator });
    expect(sent[0]?.body).toMatchObject({ Initiator: "reverser", SecurityCredential: initiator.securityCredential });
  });

  it("stays out of the errors of calls that it does not sign", async () => {
    const leaking = () => Promise.reject(new TypeError(`failed with ${password}`));
    const { mpesa } = connect(leaking, { initiator: { name: "testapi", password } });
    const error = await failure(() => mpesa.stk.query({ checkoutRequestId: "ws_CO_1" }));
    expect(`${error.message} ${String(error.cause)}`).not.toContain(password);
  });

  it.each([
    ["nothing", undefined, ["initiator"]],
    ["no name", { name: "", password }, ["initiator.name"]],
    ["a name of 51 characters", { name: "x".repeat(51), password }, ["initiator.name"]],
    ["neither password nor credential", { name: "testapi" }, ["initiator.password"]],
    ["both", { name: "testapi", password, securityCredential: SECRET.credential }, ["initiator"]],
    [
      "a credential that lost its end",
      { name: "testapi", securityCredential: "Q".repeat(344) },
      ["initiator.securityCredential"],
    ],
    ["a password as credential", { name: "testapi", securityCredential: password }, ["initiator.securityCredential"]],
    ["a credential as password", { name: "testapi", password: SECRET.credential }, ["initiator.password"]],
    ["a key that is none", { name: "testapi", password, key: "abc" }, ["initiator.key"]],
  ])("of a call is refused with %s", async (_, initiator, fields) => {
    const { mpesa, sent } = connect(undefined, { initiator: undefined } as never);
    const error = await failure(() => mpesa.account.balance({ initiator } as never));
    expect(error["type"]).toBe("MpesaValidationError");
    expect(fieldsOf(error)).toEqual(fields);
    expect(error.message).not.toContain(password);
    expect(sent).toEqual([]);
  });

  it("with a password needs to know which key, when the client is made", async () => {
    const { environment: _, ...rest } = options;
    const initiator = { name: "testapi", password };
    const error = await failure(async () =>
      connect(undefined, { ...rest, environment: undefined, baseUrl: "http://127.0.0.1:1", initiator } as never),
    );
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error)).toEqual(["initiator.key"]);
  });

  it("sends nothing when the password cannot be encrypted, and tries anew next time", async () => {
    const broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    const initiator = { name: "testapi", password, key: broken };
    const { mpesa, sent } = connect(undefined, { initiator });
    const error = await failure(() => mpesa.account.balance());
    expect(error["type"]).toBe("MpesaConfigError");
    expect(error.message).not.toContain(password);
    expect(sent).toEqual([]);
    initiator.key = key;
    await mpesa.account.balance();
    expect(sent).toHaveLength(1);
  });
});
