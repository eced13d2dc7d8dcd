/** A black and white PNG of a pattern, as base64; uncompressed, so that no library is needed. */
export function png(size: number, seed: string): string {
  const modules = 21;
  const width = Math.ceil(size / 8);
  const rows = new Uint8Array(size * (width + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = pattern(Math.floor((x * modules) / size), Math.floor((y * modules) / size), seed);
      if (!dark)
        rows[y * (width + 1) + 1 + (x >> 3)] = (rows[y * (width + 1) + 1 + (x >> 3)] as number) | (0x80 >> (x & 7));
    }
  }
  const header = [...word(size), ...word(size), 1, 0, 0, 0, 0];
  const bytes = [
    137,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    ...chunk("IHDR", header),
    ...chunk("IDAT", stored(rows)),
    ...chunk("IEND", []),
  ];
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Three corner squares as on a QR code, noise elsewhere. */
function pattern(x: number, y: number, seed: string): boolean {
  for (const [left, top] of [
    [0, 0],
    [14, 0],
    [0, 14],
  ] as const) {
    const [dx, dy] = [x - left, y - top];
    if (dx >= 0 && dx < 7 && dy >= 0 && dy < 7) {
      const ring = Math.max(Math.abs(dx - 3), Math.abs(dy - 3));
      return ring !== 2;
    }
  }
  return ((seed.charCodeAt((x * 7 + y) % seed.length) * (x + 3) * (y + 5)) >> 2) % 2 === 0;
}

function stored(data: Uint8Array): number[] {
  const out = [0x78, 0x01];
  let [a, b] = [1, 0];
  for (const byte of data) [a, b] = [(a + byte) % 65521, (b + a + byte) % 65521];
  for (let at = 0; at < data.length; at += 65535) {
    const part = data.subarray(at, at + 65535);
    const last = at + 65535 >= data.length ? 1 : 0;
    out.push(last, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255);
    for (const byte of part) out.push(byte);
  }
  out.push(...word(((b << 16) | a) >>> 0));
  return out;
}

function chunk(name: string, data: readonly number[]): number[] {
  const body = [...[...name].map((letter) => letter.charCodeAt(0)), ...data];
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return [...word(data.length), ...body, ...word(~crc >>> 0)];
}

function word(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
