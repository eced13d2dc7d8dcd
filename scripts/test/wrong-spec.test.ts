import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generate } from "../src/generate/index.ts";
import { SpecError } from "../src/generate/problem.ts";
import { type Edit, generateMini, miniSpec, schemaDir } from "./support/mini.ts";

const push = "paths./pay/v1/push.post";
const openapi = (find: string, put: string): Edit => ({ file: "openapi.yml", find, put });
const codes = (find: string, put: string): Edit => ({ file: "codes.yml", find, put });

const fields = (find: string, put: string): Edit => ({ file: "callback-fields.yml", find, put });

/** What is done to the mini spec, and every line that this must give. */
const cases: [name: string, edits: Edit[], lines: string[]][] = [
  [
    "an operation without operationId",
    [openapi("      operationId: stkPush\n", ""), codes("        operations: [stkPush, stkQuery]\n", "")],
    [
      "spec/codes.yml: scopes.error.codes[0].variants[0]: operation stkPush is not in openapi.yml",
      `spec/openapi.yml: ${push}: has no operationId`,
    ],
  ],
  [
    "an operationId twice",
    [openapi("operationId: generateToken", "operationId: stkPush")],
    [`spec/openapi.yml: ${push}: operationId stkPush is already used by paths./oauth/v1/generate.get`],
  ],
  [
    "an operation without summary",
    [openapi("      summary: Ask a phone for money\n", "")],
    [`spec/openapi.yml: ${push}: has no summary`],
  ],
  [
    "an operation without tag",
    [openapi("      tags: [pay]\n      summary: Ask a phone for money\n", "      summary: Ask a phone for money\n")],
    [`spec/openapi.yml: ${push}: must have one tag, its product on the developer portal`],
  ],
  [
    "a missing x-mpesa-retry",
    [openapi("      x-mpesa-retry: never\n", "")],
    [`spec/openapi.yml: ${push}: has no x-mpesa-retry (one of safe, deduplicated, never)`],
  ],
  [
    "an unknown x-mpesa-retry",
    [openapi("x-mpesa-retry: never", "x-mpesa-retry: sometimes")],
    [`spec/openapi.yml: ${push}: x-mpesa-retry is sometimes, not one of safe, deduplicated, never`],
  ],
  [
    "an unknown x-mpesa-evidence",
    [openapi("x-mpesa-evidence: production", "x-mpesa-evidence: rumour")],
    [
      `spec/openapi.yml: ${push}: x-mpesa-evidence is rumour, not one of observed, production, portal, community, disputed`,
    ],
  ],
  [
    "a code scope that codes.yml does not have",
    [openapi("x-mpesa-code-scope: response", "x-mpesa-code-scope: c2b")],
    [
      "spec/openapi.yml: paths./oauth/v1/generate.get: x-mpesa-code-scope is c2b, not one of error, fault, response, stk",
    ],
  ],
  [
    "an extension that nobody knows",
    [openapi("      x-mpesa-retry: never\n", "      x-mpesa-retry: never\n      x-mpesa-retires: 3\n")],
    [`spec/openapi.yml: ${push}: has the key x-mpesa-retires, which is not known here`],
  ],
  [
    "a retry class that is a list",
    [openapi("x-mpesa-retry: never", "x-mpesa-retry: [never]")],
    [`spec/openapi.yml: ${push}.x-mpesa-retry: is ["never"], which is not of type string`],
  ],
  [
    "an extension of another spelling",
    [openapi("x-mpesa-rate-limit:", "x-mpsea-rate-limit:")],
    [`spec/openapi.yml: ${push}: has the key x-mpsea-rate-limit, which is not known here`],
  ],
  [
    "a misspelt extension of a property",
    [openapi("x-extensible-enum: [Amount", "x-extensible-enums: [Amount")],
    [
      "spec/openapi.yml: components.schemas.StkCallbackItem.properties.Name: has the key x-extensible-enums, which is not known here",
    ],
  ],
  [
    "a misspelt part of the document",
    [openapi("x-mpesa-platform:", "x-mpesa-platfrom:")],
    ["spec/openapi.yml: (file): has the key x-mpesa-platfrom, which is not known here"],
  ],
  [
    "callbacks that are written as callback",
    [openapi("      callbacks:\n", "      callback:\n")],
    [`spec/openapi.yml: ${push}: has the key callback, which is not known here`],
  ],
  [
    "two servers of one environment",
    [openapi("x-mpesa-environment: production", "x-mpesa-environment: sandbox")],
    ["spec/openapi.yml: servers[1]: sandbox is already the environment of servers[0]"],
  ],
  [
    "an answer that is empty",
    [openapi('        "500":\n', '        "400":\n        "500":\n')],
    ["spec/openapi.yml: paths./pay/v1/query.post.responses.400: is null, which is not of type object"],
  ],
  [
    "an example that is a text",
    [
      openapi(
        'one: { $ref: "./examples/query.yml" }',
        'one: { $ref: "./examples/query.yml" }\n              other: "{}"',
      ),
    ],
    [
      'spec/openapi.yml: paths./pay/v1/query.post.requestBody.content.application/json.examples.other: is "{}", which is not of type object',
    ],
  ],
  [
    "a single example, which nobody would check",
    [
      openapi(
        "        CheckoutRequestID: { type: string, minLength: 1 }\n",
        "        CheckoutRequestID: { type: string, minLength: 1, example: 1 }\n",
      ),
    ],
    [
      "spec/openapi.yml: components.schemas.StkQueryRequest.properties.CheckoutRequestID: has the key example, which is not known here",
    ],
  ],
  [
    "a request example with a field of another spelling",
    [
      {
        file: "examples/query.yml",
        find: "CheckoutRequestID: ws_CO_1\n",
        put: "CheckoutRequestID: ws_CO_1\n  Ocassion: gift\n",
      },
    ],
    ["spec/examples/query.yml: value: Ocassion is not a field of StkQueryRequest"],
  ],
  [
    "a rate limit without its period",
    [openapi("periodMs: 60000, ", "")],
    [
      `spec/openapi.yml: ${push}: x-mpesa-rate-limit requires requests, periodMs, burst (positive integers) and environment`,
    ],
  ],
  [
    "an environment that no server has",
    [openapi("x-mpesa-environments: [sandbox]", "x-mpesa-environments: [moon]")],
    [
      "spec/openapi.yml: paths./pay/v1/query.post: x-mpesa-environments is not a list of values from sandbox, production",
    ],
  ],
  [
    "a success field that the answer does not have",
    [openapi("{ field: access_token }", "{ field: token }")],
    ["spec/openapi.yml: paths./oauth/v1/generate.get: x-mpesa-success names token, which the response does not have"],
  ],
  [
    "a malformed success rule",
    [openapi('{ field: ResponseCode, values: ["0"] }', "{ field: ResponseCode, values: [0], when: later }")],
    [
      `spec/openapi.yml: ${push}: x-mpesa-success.values is not a list of strings`,
      `spec/openapi.yml: ${push}: x-mpesa-success.when is not known`,
    ],
  ],
  [
    "a success field of the error that may come instead",
    [openapi('{ field: ResponseCode, values: ["0"] }', "{ field: errorCode }")],
    [`spec/openapi.yml: ${push}: x-mpesa-success names errorCode, which the response does not have`],
  ],
  [
    "an answer 200 that hides the errors with this status",
    [
      openapi(
        '                anyOf:\n                  - $ref: "#/components/schemas/TokenResponse"\n                  - $ref: "#/components/schemas/DarajaError"\n',
        '                $ref: "#/components/schemas/TokenResponse"\n',
      ),
    ],
    [
      "spec/openapi.yml: paths./oauth/v1/generate.get.responses.200: does not allow DarajaError, which Daraja also sends with status 200",
    ],
  ],
  [
    "a number whose text form is wider",
    [openapi('"^(?:[1-9][0-9]{0,4}|1[0-9]{5}|2[0-4][0-9]{4}|250000)$"', '"^[1-9][0-9]{0,5}$"')],
    [
      "spec/openapi.yml: components.schemas.StkPushRequest.properties.Amount: accepts 250001 as a string and rejects 250001 as a number",
    ],
  ],
  [
    "a range of numbers that the text form does not have",
    [openapi("              maximum: 254199999999\n", "              maximum: 254299999999\n")],
    [
      "spec/openapi.yml: components.schemas.StkPushRequest.properties.PhoneNumber: accepts 254200000000 as a number and rejects 254200000000 as a string",
    ],
  ],
  [
    "an enum that lacks the text of a number",
    [openapi('enum: [0, "0"]', 'enum: [0, 1, "0"]')],
    [
      "spec/openapi.yml: components.schemas.CallbackReply.properties.ResultCode: accepts 1 as a number and rejects 1 as a string",
    ],
  ],
  [
    "an error example that blames a field of another request",
    [
      {
        file: "examples/error.yml",
        find: "errorMessage: Wrong credentials",
        put: "errorMessage: Wrong CheckoutRequestID",
      },
    ],
    [
      "spec/openapi.yml: paths./oauth/v1/generate.get.responses.401.content.application/json.examples.wrongPassword: names CheckoutRequestID, which is not a field of the request",
      `spec/openapi.yml: ${push}.responses.200.content.application/json.examples.error: names CheckoutRequestID, which is not a field of the request`,
      `spec/openapi.yml: ${push}.responses.401.content.application/json.examples.wrongPassword: names CheckoutRequestID, which is not a field of the request`,
    ],
  ],
  [
    "an error example that blames a field which no request has",
    [
      codes('texts: ["Wrong credentials", ""]', 'texts: ["Invalid <field>", ""]'),
      { file: "examples/error.yml", find: "errorMessage: Wrong credentials", put: "errorMessage: Invalid Colour" },
    ],
    [
      "spec/openapi.yml: paths./oauth/v1/generate.get.responses.401.content.application/json.examples.wrongPassword: names Colour, which is not a field of the request",
      `spec/openapi.yml: ${push}.responses.200.content.application/json.examples.error: names Colour, which is not a field of the request`,
      `spec/openapi.yml: ${push}.responses.401.content.application/json.examples.wrongPassword: names Colour, which is not a field of the request`,
      "spec/openapi.yml: paths./pay/v1/query.post.responses.200.content.application/json.examples.error: names Colour, which is not a field of the request",
      "spec/openapi.yml: paths./pay/v1/query.post.responses.500.content.application/json.examples.wrongPassword: names Colour, which is not a field of the request",
    ],
  ],
  [
    "an operation without security",
    [openapi("      security:\n        - basicAuth: []\n", "")],
    ["spec/openapi.yml: paths./oauth/v1/generate.get: has no security"],
  ],
  [
    "a security scheme that does not exist",
    [openapi("        - basicAuth: []\n", "        - apiKey: []\n")],
    ["spec/openapi.yml: paths./oauth/v1/generate.get: security apiKey is not an http scheme basic or bearer"],
  ],
  [
    "a request without example",
    [openapi('            examples:\n              payBill: { $ref: "./examples/push.yml" }\n', "")],
    [
      "spec/examples/push.yml: (file): no $ref in openapi.yml uses this example",
      `spec/openapi.yml: ${push}.requestBody.content.application/json: has no example`,
    ],
  ],
  [
    "an answer without example",
    [
      openapi(
        '              examples:\n                token: { $ref: "./examples/token.yml" }\n',
        "              examples: {}\n",
      ),
    ],
    [
      "spec/examples/token.yml: (file): no $ref in openapi.yml uses this example",
      "spec/openapi.yml: paths./oauth/v1/generate.get.responses.200.content.application/json: has no example",
    ],
  ],
  [
    "a callback without example",
    [
      openapi(
        '                    examples:\n                      paid: { $ref: "./examples/callback-paid.yml" }\n              responses',
        "              responses",
      ),
    ],
    [`spec/openapi.yml: ${push}.callbacks.callback.requestBody.content.application/json: has no example`],
  ],
  [
    "an example that breaks its schema",
    [{ file: "examples/push.yml", find: "Amount: 1", put: "Amount: 0.5" }],
    [
      "spec/examples/push.yml: value.Amount: must be integer,string (StkPushRequest)",
      "spec/examples/push.yml: value.Amount: must be >= 1 (StkPushRequest)",
    ],
  ],
  [
    "an example with a value outside of an enum",
    [{ file: "examples/push.yml", find: "CustomerPayBillOnline", put: "Gift" }],
    [
      "spec/examples/push.yml: value.TransactionType: must be equal to one of the allowed values: CustomerPayBillOnline, CustomerBuyGoodsOnline (StkPushRequest)",
    ],
  ],
  [
    "an example that breaks a format",
    [{ file: "examples/push.yml", find: "https://example.com/paid", put: "not a url" }],
    ['spec/examples/push.yml: value.CallBackURL: must match format "uri" (StkPushRequest)'],
  ],
  [
    "an example without value",
    [{ file: "examples/query.yml", find: "value:\n  CheckoutRequestID: ws_CO_1\n", put: "" }],
    ["spec/examples/query.yml: value: is missing"],
  ],
  [
    "an example written into openapi.yml that breaks its schema",
    [openapi('one: { $ref: "./examples/query.yml" }', "one: { value: {} }")],
    [
      "spec/examples/query.yml: (file): no $ref in openapi.yml uses this example",
      "spec/openapi.yml: paths./pay/v1/query.post.requestBody.content.application/json.examples.one.value: must have required property 'CheckoutRequestID' (StkQueryRequest)",
    ],
  ],
  [
    "a callback whose schema no webhook has",
    [
      openapi(
        'schema: { $ref: "#/components/schemas/StkCallback" }\n            examples',
        'schema: { $ref: "#/components/schemas/StkCallbackItem" }\n            examples',
      ),
      openapi(
        '            examples:\n              paid: { $ref: "./examples/callback-paid.yml" }\n      responses',
        "            examples:\n              paid: { value: { Name: Amount } }\n      responses",
      ),
    ],
    [
      `spec/openapi.yml: ${push}.callbacks.callback: no webhook has the schema StkCallback`,
      "spec/openapi.yml: webhooks: no operation has a callback with the schema StkCallbackItem",
    ],
  ],
  [
    "a callback to a field that the request does not have",
    [openapi("#/CallBackURL}", "#/CallbackUrl}")],
    [`spec/openapi.yml: ${push}.callbacks.callback: CallbackUrl is not a field of the request`],
  ],
  [
    "a body whose schema has no name",
    [openapi('schema: { $ref: "#/components/schemas/StkQueryRequest" }', "schema: { type: object }")],
    [
      "spec/openapi.yml: paths./pay/v1/query.post.requestBody.content.application/json: the schema is not a $ref to a named schema",
    ],
  ],
  [
    "a $ref to a schema that does not exist",
    [openapi('- $ref: "#/components/schemas/GatewayFault"', '- $ref: "#/components/schemas/Fault"')],
    [
      "spec/openapi.yml: paths./pay/v1/query.post.responses.500.content.application/json.schema.anyOf[1]: $ref #/components/schemas/Fault leads nowhere",
    ],
  ],
  [
    "a $ref to an example file that does not exist",
    [openapi('received: { $ref: "./examples/reply.yml" }', 'received: { $ref: "./examples/replay.yml" }')],
    [
      `spec/openapi.yml: ${push}.callbacks.callback.{$request.body#/CallBackURL}.post.responses.200.content.application/json.examples.received: $ref ./examples/replay.yml leads nowhere`,
      "spec/examples/reply.yml: (file): no $ref in openapi.yml uses this example",
    ],
  ],
  [
    "a required field that does not exist",
    [openapi("[Amount, PhoneNumber, TransactionType, CallBackURL]", "[Amount, MSISDN, TransactionType, CallBackURL]")],
    [
      "spec/openapi.yml: components.schemas.StkPushRequest: required names MSISDN, which is not a property",
      "spec/examples/push.yml: value: must have required property 'MSISDN' (StkPushRequest)",
    ],
  ],
  [
    "two schemas that differ only in case",
    [openapi("    GatewayFault:\n", "    DarajaERROR: { type: object, description: Twin. }\n    GatewayFault:\n")],
    ["spec/openapi.yml: components.schemas.DarajaERROR: differs from DarajaError only in case"],
  ],
  [
    "a schema without description",
    [openapi("      description: The gateway itself broke.\n", "")],
    ["spec/openapi.yml: components.schemas.GatewayFault: has no description"],
  ],
  [
    "a code twice in a scope",
    [codes('code: "1032"', 'code: "0"')],
    ["spec/codes.yml: scopes.stk.codes[1]: code 0 is already used by scopes.stk.codes[0]"],
  ],
  [
    "a name twice in a scope, once in a variant",
    [codes("name: WrongPassword", "name: StkGatewayFault")],
    [
      "spec/codes.yml: scopes.error.codes[0].variants[0]: name StkGatewayFault is already used by scopes.error.codes[0]",
    ],
  ],
  [
    "a code of an operation that does not exist",
    [codes("operations: [stkPush]", "operations: [reversal]")],
    ["spec/codes.yml: scopes.error.codes[0].variants[0]: operation reversal is not in openapi.yml"],
  ],
  [
    "a variant that an earlier one hides",
    [
      codes(
        "        variants:\n",
        "        variants:\n          - match: wrong\n            name: Hiding\n            meaning: It hides.\n            hint: Move it down.\n            fault: merchant\n            next: fix\n            evidence: observed\n            sources: 1\n",
      ),
    ],
    [
      "spec/codes.yml: scopes.error.codes[0].variants[1]: is never reached: Hiding before it matches all that it matches",
    ],
  ],
  [
    "a const that is the name of a schema",
    [codes("const: ErrorCode", "const: DarajaError")],
    ["spec/codes.yml: scopes.error.const: DarajaError is already the name of schema DarajaError"],
  ],
  [
    "a customer message that does not exist, and one that nobody needs",
    [codes("        customer: cancelled\n", "        customer: canceled\n")],
    [
      "spec/codes.yml: customerMessages.cancelled: no code refers to it",
      "spec/codes.yml: scopes.stk.codes[1]: customer message canceled is not in customerMessages",
    ],
  ],
  [
    "a customer message in one language",
    [codes("    sw: Umeghairi. Jaribu tena wakati wowote.\n", "")],
    ["spec/codes.yml: customerMessages.cancelled: must have required property 'sw'"],
  ],
  [
    "a codes.yml that breaks its schema",
    [codes("        fault: customer\n", "        fault: nobody\n        colour: red\n")],
    [
      "spec/codes.yml: scopes.stk.codes[1]: has the key colour, which is not known here",
      'spec/codes.yml: scopes.stk.codes[1].fault: is "nobody", not one of customer, merchant, mpesa, none',
    ],
  ],
  [
    "a wire name of a callback that nothing in the spec has",
    [fields("from: [Receipt]", "from: [Reciept]")],
    [
      "spec/callback-fields.yml: kinds.stk.fields.receipt: Reciept is the name of nothing in openapi.yml or in an example",
      "spec/callback-fields.yml: kinds.stk: Receipt of schema StkCallback feeds no field and is not under untyped",
    ],
  ],
  [
    "a callback that expects a field it does not have, of a schema and a group that do not exist",
    [
      fields("expected: [resultCode]", "expected: [resultCode, balance]"),
      fields("schema: StkCallback", "schema: StkCallbacks"),
      fields("include: [coded]", "include: [coded, named]"),
    ],
    [
      "spec/callback-fields.yml: kinds.stk.include: group named does not exist",
      "spec/callback-fields.yml: kinds.stk: balance is no field of this kind",
      "spec/callback-fields.yml: kinds.stk.schema: schema StkCallbacks does not exist",
    ],
  ],
  [
    "a way of reading that does not exist",
    [fields("as: money", "as: cash")],
    [
      'spec/callback-fields.yml: kinds.stk.fields.amount.as: is "cash", not one of text, receipt, money, instant, phoneNumber, party, yesNo, charges, accounts',
    ],
  ],
];

async function linesOf(specDir: string): Promise<string[]> {
  try {
    await generate({ specDir, schemaDir });
  } catch (error) {
    if (error instanceof SpecError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a wrong spec is refused with file, path and reason", () => {
  it("but the mini spec is right", async () => {
    expect((await generateMini()).size).toBeGreaterThan(0);
  });

  it.each(cases)("%s", async (_name, edits, lines) => {
    expect((await linesOf(miniSpec(...edits))).sort()).toEqual([...lines].sort());
  });

  it("an example file that nobody refers to", async () => {
    const specDir = miniSpec();
    mkdirSync(join(specDir, "examples/old"));
    writeFileSync(join(specDir, "examples/old/push.yml"), "value: {}\n");
    expect(await linesOf(specDir)).toEqual([
      "spec/examples/old/push.yml: (file): no $ref in openapi.yml uses this example",
    ]);
  });

  it("a file that is not YAML, and one that is missing", async () => {
    const specDir = miniSpec({
      file: "openapi.yml",
      find: "openapi: 3.1.0\n",
      put: "openapi: 3.1.0\nopenapi: 3.1.0\n",
    });
    rmSync(join(specDir, "codes.yml"));
    const [first, second, ...more] = await linesOf(specDir);
    expect(first).toMatch(/^spec\/openapi\.yml: \(file\): is not YAML: Map keys must be unique at line 2/);
    expect(second).toBe("spec/codes.yml: (file): does not exist");
    expect(more).toEqual([]);
  });

  it("names all problems at once", async () => {
    const lines = await linesOf(
      miniSpec(openapi("x-mpesa-retry: never", "x-mpesa-retry: sometimes"), codes('code: "1032"', 'code: "0"'), {
        file: "examples/push.yml",
        find: "Amount: 1",
        put: "Amount: 0",
      }),
    );
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "spec/codes.yml",
      "spec/openapi.yml",
      "spec/examples/push.yml",
    ]);
  });
});
