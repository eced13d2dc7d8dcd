import { expect, it } from "vitest";
import { diffTrees } from "./support/diff.ts";
import { type Edit, generateMini } from "./support/mini.ts";

const mutations: Record<string, Edit[]> = {
  "an operation": [
    {
      file: "openapi.yml",
      find: "webhooks:\n",
      put: `  /pay/v1/balance:
    post:
      operationId: accountBalance
      tags: [pay]
      summary: Ask for a balance
      x-mpesa-retry: safe
      x-mpesa-success: { field: ResponseCode, values: ["0"] }
      x-mpesa-code-scope: response
      x-mpesa-evidence: portal
      security: [{ bearerAuth: [] }]
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/StkQueryRequest" }
            examples:
              one: { $ref: "./examples/query.yml" }
      responses:
        "200":
          description: The balance.
          content:
            application/json:
              schema:
                anyOf:
                  - { $ref: "#/components/schemas/StkPushResponse" }
                  - { $ref: "#/components/schemas/DarajaError" }
              examples:
                accepted: { $ref: "./examples/push-accepted.yml" }
webhooks:
`,
    },
  ],
  "a field": [
    {
      file: "openapi.yml",
      find: "        CheckoutRequestID: { type: string, minLength: 1 }\n",
      put: `        CheckoutRequestID: { type: string, minLength: 1 }
        Remarks: { type: string, description: A note., minLength: 2, maxLength: 100 }
`,
    },
  ],
  "an enum value": [
    { file: "openapi.yml", find: "[CustomerPayBillOnline,", put: "[CustomerWithdrawal, CustomerPayBillOnline," },
  ],
  "an open enum value": [
    { file: "openapi.yml", find: "[Amount, Receipt]", put: "[Amount, Receipt, Balance]" },
    {
      file: "callback-fields.yml",
      find: "      receipt: { from: [Receipt], as: receipt }\n",
      put: "      receipt: { from: [Receipt], as: receipt }\n      balance: { from: [Balance], as: money }\n",
    },
  ],
  "a code": [
    {
      file: "codes.yml",
      find: '      - code: "1032"\n',
      put: `      - code: "1037"
        name: Unreachable
        meaning: The phone did not answer.
        hint: Ask whether to try again.
        fault: customer
        next: new
        evidence: observed
        sources: 3
      - code: "1032"
`,
    },
  ],
};

it.each(Object.entries(mutations))("adding %s shows as a small difference", async (name, edits) => {
  const difference = diffTrees(await generateMini(), await generateMini(...edits));
  await expect(difference).toMatchFileSnapshot(`snapshots/differences/${name.replaceAll(" ", "-")}.diff`);
});

it("finds no difference where there is none", async () => {
  expect(diffTrees(await generateMini(), await generateMini())).toBe("");
});
