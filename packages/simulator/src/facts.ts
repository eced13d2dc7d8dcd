/**
 * What the simulator must know and the generated layer does not carry yet: message texts (spec/codes.yml has them,
 * the generated tables leave them out), and habits of Daraja that nobody has published figures for. A test holds the
 * texts against spec/codes.yml.
 */

/** The first text seen on the wire for a code; codes without one say their meaning. */
export const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  error: {
    "400.001": "invalid short code",
    "400.002.05": "Invalid Request Payload",
    "400.003.01": "Invalid Access Token",
    "400.003.02": "Bad Request",
    "400.008.01": "Invalid Authentication passed",
    "400.008.02": "Invalid grant type passed",
    "401": "Unauthorized - Invalid Access Token",
    "401.001": "Error Occurred - Invalid Access Token - ",
    "401.002.01": "Error Occurred - Invalid Access Token - <token>",
    "401.003.01": "Error Occurred - Invalid Access Token",
    "404.001.01": "Resource not found",
    "404.002.01": "Resource not found",
    "404.003.01": "Resource not found",
    "404.001.03": "Invalid Access Token",
    "404.001.04": "Invalid Authentication Header",
    "405.001": "Method Not Allowed",
    "500.001.1001": "Internal Server Error",
    "500.002.1001": "System internal error.",
    "00.002.1001": "Service is currently under maintenance",
    "500.003.02": "Error Occurred: Spike Arrest Violation",
    "500.003.03": "Quota Violation",
    "500.003.1001": "Internal Server Error",
  },
  fault: {
    "policies.ratelimit.SpikeArrestViolation":
      "Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}",
    "messaging.adaptors.http.flow.GatewayTimeout": "Gateway Timeout",
    "steps.servicecallout.ExecutionFailed":
      "Execution of ServiceCallout SCO-AddURLVault failed. Reason: ResponseCode 409",
  },
  stk: {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "15": "Duplicate OriginatorConversationID.",
    "26": "System busy. The service request is rejected.",
    "1001": "Unable to lock subscriber, a transaction is already in process for the current subscriber.",
    "1019": "Transaction has expired.",
    "1025": "Error Occurred while sending push request.",
    "1031": "Request cancelled by user.",
    "1032": "Request cancelled by user",
    "1036": "SMSC ACK timeout.",
    "1037": "No response from user.",
    "2001": "The initiator information is invalid.",
    "2008": "Authentication Failed.",
    "2026": "The channel session ID has expired.",
    "2028": "The request is not permitted according to product assignment.",
    "4999": "The transaction is still under processing",
    "8006": "The security credential is locked.",
    SFC_IC0003: "The operator does not exist.",
  },
  result: {
    "0": "The service request is processed successfully.",
    "2": "Declined due to limit rule: less than the minimum transaction amount.",
    "4": "Declined due to limit rule: would exceed the daily transfer limit.",
    "15": "Duplicate OriginatorConversationID.",
    "17": "System internal error.",
    "21": "The initiator is not allowed to initiate this request.",
    "25": "The format of parameter null is invalid.",
    "26": "System busy. The service request is rejected.",
    "2001": "The initiator information is invalid.",
    "2028": "The request is not permitted according to product assignment.",
    "2032": "The transaction receipt number does not exist.",
    "2043": "This organization is not a child organization of the initiator.",
    "8006": "The security credential is locked.",
    SFC_IC0003: "The operator does not exist.",
    R000002: "The OriginalTransactionID is invalid.",
  },
  response: { "0": "Accept the service request successfully.", "00000000": "success" },
  pullRegister: { "1001": "ShortCode already Registered" },
  pullQuery: { "1000": "Success", "1001": "No records found or Organization Name not available" },
  qr: { "00": "The service request is processed successfully." },
  ussdPush: { "0": "USSD Initiated Successfully", "4001": "User cancelled transaction" },
};

/** Texts that tell variants of a code apart, by the variant's generated name. */
export const variantTexts = {
  merchantNotFound: "Merchant does not exist",
  wrongPassword: "[MerchantValidate] - Wrong credentials",
  subscriberLocked: "Unable to lock subscriber, a transaction is already in process for the current subscriber",
  stillProcessing: "The transaction is being processed",
  transactionNotFoundYet: "The transaction does not Exist",
  duplicateId: "Duplicate OriginatorConversationID.",
  urlsRegistered: "Urls are already registered",
  invalidField: "Bad Request - Invalid ",
  stkAccepted: "Success. Request accepted for processing",
  queryAccepted: "The service request has been accepted successfully",
} as const;

/** How each operation refuses a token; the others say `404.001.03`. `401.002.01` repeats the token in its text. */
export const tokenRefusals: Readonly<Record<string, string>> = {
  b2cPaymentV1: "401.002.01",
  b2cPaymentV3: "401.002.01",
  b2cValidatedPayment: "401.002.01",
  pochiPayment: "401.002.01",
  b2bPayment: "401.003.01",
  taxRemittance: "401.003.01",
  qrGenerate: "401.003.01",
  ussdPush: "401",
  pullRegister: "401.001",
  pullQuery: "401.001",
};

/** Delays nobody has published, in milliseconds, short enough to wait for at a terminal. */
export const delays = {
  promptMs: 1_000,
  processingMs: 1_500,
  resultMs: 2_000,
  validationMs: 500,
  lateMs: 60_000,
} as const;

/** How long the simulator waits for your endpoint; only the deadline of C2B validation is published. */
export const deliveryTimeoutMs = 10_000;

/** Wrong PINs or initiator passwords until a lock. */
export const triesUntilLock = 3;

/** Charges in cents; samples of the portal show them, a tariff is not part of the API. */
export const charges = { payout: 2_240, business: 7_700 } as const;

/** The names of accounts, as balance results write them. */
export const accountNames = {
  working: "Working Account",
  float: "Float Account",
  utility: "Utility Account",
  charges: "Charges Paid Account",
  settlement: "Organization Settlement Account",
  merchant: "Merchant Account",
} as const;

/** How a balance query names itself in a failed result. */
export const lockedPassword = "API Password is locked. ";

/** Pages of the firewall in front of the gateway. */
export const firewallPages = {
  403: '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body></body></html>',
  503: "<html><body>Request unsuccessful. Incapsula incident ID: 0000000000000000000-000000000000000000</body></html>",
} as const;

/** The queue's own address, as sandbox results repeat it. */
export const queueTimeoutBase = "https://internalsandbox.safaricom.co.ke/mpesa/";

/** The sandbox initiator's password (public), and the short codes that samples use. */
export const sandboxInitiatorPassword = "Safaricom999!*!";
export const samplePayBills = [
  "600000",
  "600111",
  "600134",
  "600310",
  "600496",
  "600584",
  "600586",
  "600638",
  "600966",
  "600977",
  "600979",
  "600984",
  "600992",
  "600996",
  "600997",
  "600998",
  "600999",
] as const;
/** A store and its till, invented; the till with a phone of its own for B2B express checkout is 600001. */
export const sampleStore = { store: "5550100", till: "5550101" } as const;
export const sampleMerchantTill = "600001";
