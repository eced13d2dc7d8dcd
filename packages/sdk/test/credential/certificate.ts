import { type KeyObject, sign } from "node:crypto";

/** A self-signed certificate in PEM around `publicKey`, valid (like Safaricom's) only for some years long past. */
export function expiredCertificate(publicKey: KeyObject, privateKey: KeyObject): string {
  const algorithm = sequence(oid(42, 134, 72, 134, 247, 13, 1, 1, 11), tag(0x05));
  const name = sequence(tag(0x31, sequence(oid(85, 4, 3), tag(0x0c, Buffer.from("invented.example")))));
  const validity = sequence(tag(0x17, Buffer.from("141112000000Z")), tag(0x17, Buffer.from("161111000000Z")));
  const subjectKey = publicKey.export({ type: "spki", format: "der" });
  const version = tag(0xa0, tag(0x02, Buffer.of(2)));
  const body = sequence(version, tag(0x02, Buffer.of(7)), algorithm, name, validity, name, subjectKey);
  const signature = sign("sha256", body, privateKey);
  return pem("CERTIFICATE", sequence(body, algorithm, tag(0x03, Buffer.of(0), signature)));
}

export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function tag(type: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(type, ...size), content]);
}

function sequence(...parts: Uint8Array[]): Buffer {
  return tag(0x30, ...parts);
}

function oid(...bytes: number[]): Buffer {
  return tag(0x06, Buffer.from(bytes));
}
