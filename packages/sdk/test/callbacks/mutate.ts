import { fixtures } from "./fixtures.ts";

/** A small generator of numbers that gives the same row for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = (below: number) => number;
type Holder = Record<string, unknown>;

/** What a value may be replaced by. */
const oddities: readonly string[] = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "1",
  "-1",
  "1.5",
  "1e400",
  "1e21",
  "9007199254740993",
  '""',
  '" "',
  '"0"',
  '"00000000"',
  '"1032"',
  "1032",
  "2001",
  '"R000002"',
  "4999",
  "[]",
  "[[]]",
  "{}",
  "[null]",
  '{"Value":1}',
  '{"Name":"Amount","Value":{}}',
  '{"Key":"TransactionStatus","Value":"Completed"}',
  '{"Key":"SecurityCredential","Value":"x"}',
  '{"SecurityCredential":"x"}',
  '"{\\"SecurityCredential\\":\\"x\\"}"',
  '"The service request has timed out."',
  '"20230229120000"',
  '"99999999999999"',
  "20221110110717",
  '"19.12.2019 11:45:50"',
  '"2021-02-30"',
  '"1700000000"',
  '"|||||"',
  '"a|b|1&|&c|d|x"',
  '"&"',
  '" - "',
  '"{Amount={"',
  '"{Amount={BasicAmount=}}"',
  '"{Amount={BasicAmount=1}}"',
  '"2547 ***** 126"',
  '"***"',
  '"\\u0000"',
  '"\\ud800"',
  '"💸"',
  '{"__proto__":{"ResultCode":0}}',
  '{"constructor":{"prototype":{}}}',
  '{"toString":1,"valueOf":null,"length":-1}',
  '"constructor"',
  '"__proto__"',
  `"${"9".repeat(400)}"`,
  `"${" ".repeat(500)}x"`,
  `${"[".repeat(300)}${"]".repeat(300)}`,
];

/** A fixture's body after one to five random changes. */
export function mutant(random: Random): unknown {
  let value: unknown = JSON.parse(fixtures[random(fixtures.length)]?.json ?? "null");
  for (let changes = 1 + random(5); changes > 0; changes -= 1) value = change(value, random);
  return value;
}

function change(root: unknown, random: Random): unknown {
  if (typeof root !== "object" || root === null || random(60) === 0)
    return random(3) ? { [word(random)]: root } : odd(random);
  let holder = root as Holder;
  let key = "";
  for (let depth = random(7); depth >= 0; depth -= 1) {
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    key = keys[random(keys.length)] as string;
    const next = holder[key];
    if (depth === 0 || typeof next !== "object" || next === null) break;
    holder = next as Holder;
  }
  alter(holder, key, random);
  return root;
}

function alter(holder: Holder, key: string, random: Random): void {
  // Only its own: what an empty object inherits is the prototype of all.
  const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
  const put = (name: string, one: unknown): void => {
    // JSON gives an array no names: what has one is added at its end.
    if (Array.isArray(holder) && !/^\d+$/.test(name)) holder.push(one);
    else Object.defineProperty(holder, name, { value: one, enumerable: true, configurable: true, writable: true });
  };
  switch (random(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      put(key, odd(random));
      break;
    case 2:
      put(key, [value]);
      break;
    case 3:
      put(key, Array.isArray(value) ? value[0] : { [word(random)]: value });
      break;
    case 4:
      put(respell(key, random), value);
      break;
    case 5:
      put(
        key,
        typeof value === "number" ? String(value) : typeof value === "string" ? Number(value) : JSON.stringify(value),
      );
      break;
    case 6:
      if (Array.isArray(holder)) holder.splice(random(holder.length + 1), 0, value, odd(random));
      else put(word(random), value);
      break;
    case 7:
      put(key, typeof value === "string" ? spliced(value, random) : word(random));
      break;
    default:
      // An envelope where another would be.
      put(word(random), JSON.parse(fixtures[random(fixtures.length)]?.json ?? "null"));
  }
}

function odd(random: Random): unknown {
  return JSON.parse(oddities[random(oddities.length)] as string);
}

/** One of the wire's own names. */
function word(random: Random): string {
  return words[random(words.length)] as string;
}

const words: readonly string[] = [
  ...new Set(fixtures.flatMap(({ json }) => json.match(/(?<=")[A-Za-z_]+(?=":)|(?<="(?:Name|Key)": ")[^"]+/g) ?? [])),
];

function respell(key: string, random: Random): string {
  const cut = random(key.length + 1);
  const spellings = [
    key.toLowerCase(),
    key.toUpperCase(),
    `${key.slice(0, cut)} ${key.slice(cut)}`,
    key + key.slice(-1),
    key.slice(1),
    `_${key}`,
  ];
  return spellings[random(spellings.length)] as string;
}

function spliced(text: string, random: Random): string {
  const at = random(text.length + 1);
  const inserts = ["", "|", "&", " - ", "*", "0", "-", ".", "{", " ", "\n", "KES"];
  return text.slice(0, at) + inserts[random(inserts.length)] + text.slice(at + random(4));
}
