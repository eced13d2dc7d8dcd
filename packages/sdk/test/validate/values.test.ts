import * as constraints from "@mpesa/raw/constraints";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandId, isMpesaError, phoneNumber, stkPassword, TransactionType, timestamp } from "../../src/index.ts";
import { parseShortCode, wireNumber } from "../../src/validate/formats.ts";
import { text as textOf } from "../../src/validate/limits.ts";
import { localTime } from "../../src/validate/times.ts";

const refused = (run: () => unknown): boolean => {
  try {
    run();
    return false;
  } catch (error) {
    return isMpesaError(error) && error.type === "MpesaValidationError";
  }
};

describe("phoneNumber", () => {
  it.each([
    ["0712 345 678", "254712345678"],
    ["0712-345-678", "254712345678"],
    ["(0712) 345.678", "254712345678"],
    ["+254 712 345 678", "254712345678"],
    ["254712345678", "254712345678"],
    ["712345678", "254712345678"],
    ["0112345678", "254112345678"],
    [" 0712345678 ", "254712345678"],
    ["00254712345678", "254712345678"],
    ["00 254 (112) 345-678", "254112345678"],
    [712345678, "254712345678"],
    [254712345678, "254712345678"],
  ])("takes %s", (given, wire) => {
    expect(phoneNumber(given)).toBe(wire);
  });

  it.each([
    "",
    "0",
    "071234567",
    "07123456789",
    "0812345678",
    "0212345678",
    "+44712345678",
    "++254712345678",
    "+0712345678",
    "+712345678",
    "000254712345678",
    "00712345678",
    "00+254712345678",
    "254254712345678",
    "0254712345678",
    "07123a5678",
    "٠٧١٢٣٤٥٦٧٨",
    Number.NaN,
    -712345678,
    7.5,
  ])("refuses %s", (given) => {
    expect(refused(() => phoneNumber(given))).toBe(true);
  });

  it("refuses prefixes of no operator, because operators change", () => {
    fc.assert(
      fc.property(fc.constantFrom("7", "1"), fc.integer({ min: 0, max: 99_999_999 }), (first, rest) => {
        const national = `${first}${String(rest).padStart(8, "0")}`;
        expect(phoneNumber(`0${national}`)).toBe(`254${national}`);
        expect(phoneNumber(`+254${national}`)).toBe(`254${national}`);
        expect(phoneNumber(national)).toBe(`254${national}`);
      }),
    );
  });

  it("gives 12 digits or refuses, whatever comes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.integer()), (given) => {
        let wire = "254700000000";
        try {
          wire = phoneNumber(given);
        } catch (error) {
          expect(isMpesaError(error)).toBe(true);
        }
        expect(wire).toMatch(/^254[17][0-9]{8}$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("timestamp", () => {
  const nairobi = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Africa/Nairobi",
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });

  it.each([
    ["Africa/Nairobi", 0],
    ["America/Los_Angeles", 13],
    ["Pacific/Kiritimati", 11],
  ])("is Nairobi's wall clock at every instant since Nairobi has kept it, on a host in %s", (zone, hour) => {
    const before = process.env["TZ"];
    process.env["TZ"] = zone;
    try {
      expect(new Date("2026-01-31T21:30:00Z").getHours()).toBe(hour);
      expect(timestamp(new Date("2026-01-31T21:30:00Z"))).toBe("20260201003000");
      const [min, max] = [Date.parse("1970-01-01T00:00:00Z"), Date.parse("9999-12-31T20:59:59Z")];
      fc.assert(
        fc.property(fc.integer({ min, max }), (time) => {
          const parts = Object.fromEntries(nairobi.formatToParts(time).map(({ type, value }) => [type, value]));
          const { year, month, day, hour, minute, second } = parts;
          expect(timestamp(new Date(time))).toBe(`${year}${month}${day}${hour}${minute}${second}`);
          expect(localTime(new Date(time))).toBe(`${year}-${month}-${day} ${hour}:${minute}:${second}`);
        }),
        { numRuns: 1000 },
      );
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });

  it.each([new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15), "2026-01-31", 0, undefined])(
    "refuses %s",
    (given) => {
      expect(refused(() => timestamp(given as Date))).toBe(true);
    },
  );

  it("fits its password", () => {
    const { password, timestamp: stamp } = stkPassword({
      shortCode: "174379",
      passkey: "key",
      at: new Date("2026-01-31T21:30:00Z"),
    });
    expect(atob(password)).toBe(`174379key${stamp}`);
  });
});

describe("texts", () => {
  it("count characters, not UTF-16 units or bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "é", "日", "😀"), { minLength: 1, maxLength: 24 }), (characters) => {
        const text = characters.join("");
        expect(textOf({ maxLength: 12 })(text)).toEqual(
          characters.length <= 12 ? { ok: true, value: text } : { ok: false, issues: expect.anything() },
        );
      }),
    );
  });
});

describe("short codes", () => {
  it.each(["12345", "123456", "1234567", "012345", 174379])("takes %s", (code) => {
    expect(parseShortCode(code)).toEqual({ ok: true, value: String(code) });
  });

  it.each(["1234", "12345678", "17437a", " 174379", "", 1743.5, null])("refuses %s", (code) => {
    expect(parseShortCode(code).ok).toBe(false);
  });

  it("travel as numbers, unless that would lose a zero", () => {
    expect(wireNumber("174379")).toBe(174379);
    expect(wireNumber("012345")).toBe("012345");
  });
});

describe("constants", () => {
  const commandsOfTheSpec = new Set(
    Object.values(constraints).flatMap((fields) =>
      "CommandID" in fields ? (fields.CommandID.enum as readonly string[]) : [],
    ),
  );

  it("hold every command of the spec under its own name", () => {
    expect(new Set([...Object.values(CommandId), ...Object.values(TransactionType)])).toEqual(commandsOfTheSpec);
    for (const [name, value] of Object.entries(CommandId)) expect(value).toBe(name);
  });
});
