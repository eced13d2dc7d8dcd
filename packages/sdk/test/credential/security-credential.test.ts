import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import { inspect } from "node:util";
import { publicKeys as fingerprints, securityCredentialLength } from "@mpesa/raw/platform";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type SecurityCredentialOptions, securityCredential } from "../../src/credential/index.ts";
import { publicKeys } from "../../src/credential/keys.ts";
import { isMpesaError } from "../../src/errors.ts";
import { expiredCertificate, pem } from "./certificate.ts";

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = pair.publicKey.export({ type: "spki", format: "pem" }) as string;

/** Node refuses to decrypt with this padding, so it is taken off here. */
function decrypt(credential: string, privateKey: KeyObject = pair.privateKey): Buffer {
  const block = privateDecrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    Buffer.from(credential, "base64"),
  );
  expect([...block.subarray(0, 2)]).toEqual([0, 2]);
  const end = block.indexOf(0, 2);
  expect(end).toBeGreaterThanOrEqual(10);
  return block.subarray(end + 1);
}

async function refusal(options: object): Promise<string> {
  const error = await securityCredential(options as SecurityCredentialOptions).then(
    () => expect.unreachable("was accepted"),
    (thrown: unknown) => thrown,
  );
  if (!isMpesaError(error) || error.type !== "MpesaConfigError") throw error;
  return error.message;
}

describe("securityCredential", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is the password alone, encrypted so that the key's owner reads it back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }), async (password) => {
        fc.pre(password === password.trim() && Buffer.byteLength(password) <= 245);
        const credential = await securityCredential({ password, key });
        expect(credential).toMatch(/^[A-Za-z0-9+/]{342}==$/);
        expect(decrypt(credential).toString("utf8")).toBe(password);
      }),
      { numRuns: 30 },
    );
  });

  it("differs each time", async () => {
    const options = { password: "Invented999!*!", key };
    expect(await securityCredential(options)).not.toBe(await securityCredential(options));
  });

  it("takes 245 bytes and no more", async () => {
    expect(decrypt(await securityCredential({ password: "x".repeat(245), key })).length).toBe(245);
    expect(await refusal({ password: "x".repeat(246), key })).toContain("at most 245 bytes");
    expect(await refusal({ password: "é".repeat(123), key })).toContain("at most 245 bytes");
  });

  it.each(["sandbox", "production"] as const)(
    "embeds the %s key whose fingerprint the spec has",
    async (environment) => {
      const der = createPublicKey(publicKeys[environment]).export({ type: "spki", format: "der" });
      expect(createHash("sha256").update(der).digest("hex")).toBe(fingerprints[environment].spkiSha256);
      expect(await securityCredential({ password: "Invented999!*!", environment })).toHaveLength(
        securityCredentialLength,
      );
    },
  );

  it("lets the environment pick the key", async () => {
    const used: unknown[] = [];
    const real = process.getBuiltinModule("node:crypto");
    const publicEncrypt = (input: { key: string }, bytes: Uint8Array): Buffer => {
      used.push(input.key.trim());
      return real.publicEncrypt({ ...input, padding: constants.RSA_PKCS1_PADDING }, bytes);
    };
    vi.stubGlobal("process", { getBuiltinModule: () => ({ ...real, publicEncrypt }) });
    for (const environment of ["sandbox", "production"] as const)
      await securityCredential({ password: "Invented1", environment });
    await securityCredential({ password: "Invented1", environment: "sandbox", key });
    expect(used).toEqual([publicKeys.sandbox, publicKeys.production, key.trim()]);
  });

  it("takes a certificate that expired long ago", async () => {
    const certificate = expiredCertificate(pair.publicKey, pair.privateKey);
    expect(decrypt(await securityCredential({ password: "Invented999!*!", key: certificate })).toString()).toBe(
      "Invented999!*!",
    );
    const windows = `some text before\r\n${certificate.replaceAll("\n", "\r\n")}`;
    expect(decrypt(await securityCredential({ password: "Invented999!*!", key: windows })).toString()).toBe(
      "Invented999!*!",
    );
  });

  it("takes an RSA PUBLIC KEY", async () => {
    const pkcs1 = pair.publicKey.export({ type: "pkcs1", format: "pem" }) as string;
    expect(decrypt(await securityCredential({ password: "Invented1", key: pkcs1 })).toString()).toBe("Invented1");
  });

  it.each(["pkcs1", "pkcs8"] as const)("refuses a private key (%s)", async (type) => {
    const secret = pair.privateKey.export({ type, format: "pem" }) as string;
    const message = await refusal({ password: "Invented999!*!", key: secret });
    expect(message).toContain("is a private key");
    expect(message).not.toContain(secret.split("\n")[1]);
    expect(await refusal({ password: "Invented1", key: key + secret })).toContain("is a private key");
  });

  it.each([
    ["bytes of DER as text", Buffer.from("30820122300d0609", "hex").toString("latin1")],
    ["bytes of DER", Buffer.from("30820122300d0609", "hex")],
    ["base64 without its frame", key.split("\n").slice(1, -2).join("")],
    ["an empty text", ""],
    ["null", null],
  ])("refuses %s as key and says what a key looks like", async (_, wrong) => {
    expect(await refusal({ password: "Invented1", key: wrong })).toMatch(
      /^the client's configuration is invalid\. `key` must be .*in PEM.*DER/,
    );
  });

  it("refuses a frame with garbage in it", async () => {
    expect(await refusal({ password: "Invented1", key: pem("CERTIFICATE", Buffer.from("garbage")) })).toContain(
      "must be a readable certificate or public key in PEM",
    );
    expect(await refusal({ password: "Invented1", key: pem("PUBLIC KEY", Buffer.from("garbage")) })).toContain(
      "must be a readable certificate or public key in PEM",
    );
  });

  it("refuses keys that M-Pesa cannot have", async () => {
    const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const refused = (one: KeyObject): Promise<string> =>
      refusal({ password: "Invented1", key: one.export({ type: "spki", format: "pem" }) });
    expect(await refused(small.publicKey)).toContain("must be RSA with 2048 bits, but is RSA with 1024 bits");
    expect(await refused(curve.publicKey)).toContain("must be RSA with 2048 bits, but is of type ec");
    expect(await refused(pss.publicKey)).toContain("must be RSA with 2048 bits, but is of type rsa-pss");
    const certificate = expiredCertificate(small.publicKey, small.privateKey);
    expect(await refusal({ password: "Invented1", key: certificate })).toContain("RSA with 1024 bits");
  });

  it("refuses a password that is encrypted already, and says where it belongs", async () => {
    const credential = await securityCredential({ password: "Invented999!*!", key });
    const message = await refusal({ password: credential, key });
    expect(message).toContain("is already encrypted");
    expect(message).toContain("initiator.securityCredential");
    expect(message).not.toContain(credential);
  });

  it.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["a number", 12345678],
  ])("refuses %s as password", async (_, password) => {
    expect(await refusal({ password, environment: "sandbox" })).toContain("`password` is required");
  });

  it("refuses a password that was copied with its line break", async () => {
    expect(await refusal({ password: "Invented999!*!\n", environment: "sandbox" })).toContain("whitespace");
  });

  it.each([[undefined], [null]])("names all that is missing when it is given %s", async (given) => {
    const message = await refusal(given as never);
    expect(message).toContain("`password` is required");
    expect(message).toContain("`environment` must be");
  });

  it("names all that is wrong at once, and shows none of it", async () => {
    const message = await refusal({ password: "Invented999!*!\n", environment: "live-999" });
    expect(message).toContain("`password`");
    expect(message).toContain("`environment`");
    expect(message).not.toContain("Invented999");
    expect(message).not.toContain("live-999");
    expect(await refusal({ password: "Invented1", environment: "toString" })).toContain("`environment`");
  });

  it("shows neither password nor key in any form of an error", async () => {
    const password = "Invented999!*!";
    const wrong = pem("PUBLIC KEY", Buffer.from("garbage that nobody should see"));
    const error: unknown = await securityCredential({ password, key: wrong }).catch((thrown: unknown) => thrown);
    const shown = [String(error), JSON.stringify(error), inspect(error, { depth: 9 }), (error as Error).stack].join(
      "\n",
    );
    expect(shown).not.toContain(password);
    expect(shown).not.toContain(wrong.split("\n")[1]);
  });

  it("finds node:crypto by import where the runtime hands out no built-in modules", async () => {
    vi.stubGlobal("process", undefined);
    expect(decrypt(await securityCredential({ password: "Invented1", key })).toString()).toBe("Invented1");
  });

  it("says to make the credential elsewhere where node:crypto cannot do it", async () => {
    const unable = { ...process.getBuiltinModule("node:crypto"), publicEncrypt: () => expect.unreachable() };
    vi.stubGlobal("process", { getBuiltinModule: () => unable });
    expect(await refusal({ password: "Invented1", environment: "sandbox" })).toMatch(
      /cannot encrypt .*initiator\.securityCredential/,
    );
  });

  it("says to make the credential elsewhere where node:crypto is missing", async () => {
    vi.resetModules();
    vi.doMock("../../src/credential/node-crypto.ts", () => ({ nodeCrypto: async () => undefined }));
    const { securityCredential: elsewhere } = await import("../../src/credential/index.ts");
    vi.doUnmock("../../src/credential/node-crypto.ts");
    await expect(elsewhere({ password: "Invented1", environment: "sandbox" })).rejects.toThrow(
      /node:crypto, which this runtime does not have.*initiator\.securityCredential/,
    );
  });
});
