import { timeZoneOffset } from "@mpesa/raw/platform";

/** The last millisecond of the year 9999: receipts and times are written with four digits of year. */
export const LAST_INSTANT = 253_402_300_799_999;
/** The most milliseconds that setTimeout takes. */
export const LONGEST_TIMER_MS = 2_147_483_647;

const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(timeZoneOffset) ?? [];
const OFFSET_MS = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;

/** The parts of an instant on a Nairobi wall clock, each with its leading zeros. */
export interface WallClock {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly millisecond: string;
}

export function wallClock(at: number): WallClock {
  const iso = new Date(at + OFFSET_MS).toISOString();
  return {
    year: iso.slice(0, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    hour: iso.slice(11, 13),
    minute: iso.slice(14, 16),
    second: iso.slice(17, 19),
    millisecond: iso.slice(20, 23),
  };
}

/** `20261006095233`, as most answers write it. */
export function compactTime(at: number): string {
  const { year, month, day, hour, minute, second } = wallClock(at);
  return `${year}${month}${day}${hour}${minute}${second}`;
}

/** `06.10.2026 09:52:33`, as B2C results write it. */
export function dottedTime(at: number): string {
  const { year, month, day, hour, minute, second } = wallClock(at);
  return `${day}.${month}.${year} ${hour}:${minute}:${second}`;
}

/** Nairobi's calendar day, for daily limits. */
export function dayOf(at: number): string {
  const { year, month, day } = wallClock(at);
  return `${year}-${month}-${day}`;
}

/** The instant of a Nairobi wall-clock text such as `2026-10-05 8:00:00` or `2026-10-05 8:00`; NaN when there is no such day or time. */
export function fromWallClock(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d{1,2}):(\d\d)(?::(\d{2,3}))?$/.exec(text);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // The portal has a sample with seconds of three digits.
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour < 24 && minute < 60;
  return exists && second < 60 ? Date.UTC(year, month - 1, day, hour, minute, second) - OFFSET_MS : Number.NaN;
}

/** How many days a month has; January is 1. */
export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
