import type { OperationId } from "@mpesa/raw";
import type { MpesaIds } from "../errors.ts";
import { MpesaValidationError } from "../errors.ts";
import { type Issue, shapeOf } from "../issues.ts";

/** A typed value, or everything that is wrong. The fields of the issues are relative to the value; `""` is the value itself. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly issues: readonly Issue[];
      /** The parts of an object that passed, for the IDs that an error contains. */
      readonly passed?: Given;
    };

/** Reads a value that comes from outside. `C` is what the parser reads of the client that makes the call. */
export type Parser<T, C = unknown> = (value: unknown, client: C) => Parsed<T>;

/** Reads several properties of one object together, where they depend on each other. */
export interface Fields<T, C = unknown> {
  /** All names that it knows: any other is an issue. */
  readonly names: readonly string[];
  readonly read: (given: Given, client: C) => Parsed<T>;
}

/** The properties of an object before they are checked. */
export type Given = Readonly<Record<string, unknown>>;

type AnyParser = Parser<unknown, never>;
type ValueOf<P> = P extends Parser<infer T, never> ? T : never;
/** What a parser, or all of several together, read of the client. */
type ClientOf<P> = [P] extends [(value: unknown, client: infer C) => unknown] ? C : never;

/** A parser for each property. */
export type Shape = Readonly<Record<string, AnyParser>>;
/** A parser for each parameter of `P`, so that the compiler reports a missing or misspelt one. */
export type ShapeOf<P> = { readonly [K in keyof P]-?: AnyParser };
type Values<S> = { readonly [K in keyof S]: ValueOf<S[K]> };

export function valid<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function invalid(received: unknown, rule: string, fix: string, field = ""): Parsed<never> {
  return { ok: false, issues: [{ field, received: shapeOf(received), rule, fix }] };
}

/** The issues of a property, with its name in front. */
export function under(name: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ ...issue, field: issue.field === "" ? name : `${name}.${issue.field}` }));
}

export function optional<P extends AnyParser>(parser: P): Parser<ValueOf<P> | undefined, ClientOf<P>> {
  const parse = typed(parser);
  return (value, client) => (value === undefined ? valid(undefined) : parse(value, client));
}

/** A parameter with a default, which also stands in for `null`. */
export function withDefault<P extends AnyParser>(parser: P, value: ValueOf<P>): Parser<ValueOf<P>, ClientOf<P>> {
  const parse = typed(parser);
  return (given, client) => (given === undefined || given === null ? valid(value) : parse(given, client));
}

/** A parameter whose default is an option of the client, which was checked when the client was made. */
export function orClient<K extends string, P extends AnyParser>(
  option: K,
  parser: P,
): Parser<ValueOf<P>, ClientOf<P> & { readonly config: { readonly [N in K]?: ValueOf<P> | undefined } }> {
  const parse = typed(parser);
  return (value, client) => {
    if (value !== undefined && value !== null) return parse(value, client);
    const own: ValueOf<P> | undefined = client.config[option];
    if (own !== undefined) return valid(own);
    return invalid(undefined, "is required", `Pass it to this call, or pass \`${option}\` to the client.`);
  };
}

/** A parser by its own types: inferred one by one, they would come from the place where the parser is used. */
function typed<P extends AnyParser>(parser: P): Parser<ValueOf<P>, ClientOf<P>> {
  return parser as unknown as Parser<ValueOf<P>, ClientOf<P>>;
}

/** Reads each property by its own parser. */
export function fields<S extends Shape>(shape: S): Fields<Values<S>, ClientOf<S[keyof S]>> {
  const parsers = Object.entries(shape) as [string, Parser<unknown, ClientOf<S[keyof S]>>][];
  return {
    names: Object.keys(shape),
    read(given, client) {
      const values: Record<string, unknown> = {};
      const issues: Issue[] = [];
      for (const [name, parser] of parsers) {
        const parsed = parser(given[name], client);
        if (parsed.ok) values[name] = parsed.value;
        else issues.push(...under(name, parsed.issues));
      }
      // Without issues every parser of the shape has given its value.
      return issues.length === 0 ? valid(values as Values<S>) : { ok: false, issues, passed: values };
    },
  };
}

/** The issue of a choice that names nothing, or several things at once. */
interface WrongChoice {
  readonly rule: string;
  readonly fix: string;
  /** @default the object itself */
  readonly field?: string;
}

/** Exactly one of several properties: its name and its value. */
export function oneOf<S extends Shape>(
  shape: S,
  { rule, fix, field }: WrongChoice,
): Fields<{ [K in keyof S]: { readonly kind: K; readonly value: ValueOf<S[K]> } }[keyof S], ClientOf<S[keyof S]>> {
  const names = Object.keys(shape);
  return {
    names,
    read(given, client) {
      const [kind, second] = names.filter((name) => given[name] !== undefined);
      if (kind === undefined || second !== undefined)
        return invalid(kind === undefined ? undefined : given, rule, fix, field);
      const parsed = fields({ [kind]: shape[kind] as S[keyof S] }).read(given, client);
      return parsed.ok ? valid({ kind, value: parsed.value[kind] } as never) : parsed;
    },
  };
}

/** The properties of one of several shapes, with the name of that shape as `kind`. */
type Variant<V extends Readonly<Record<string, Shape>>> = {
  [K in keyof V]: Values<V[K]> & { readonly kind: K };
}[keyof V];
type ClientOfAll<V extends Readonly<Record<string, Shape>>> = {
  [K in keyof V]: (client: ClientOf<V[K][keyof V[K]]>) => void;
}[keyof V] extends (client: infer C) => void
  ? C
  : never;

/**
 * The properties of exactly one of several shapes, which have no name in common. If none of them is there, those of
 * `fallback` are asked for, too.
 */
export function either<V extends Readonly<Record<string, Shape>>>(
  shapes: V,
  { rule, fix, fallback }: WrongChoice & { readonly fallback?: keyof V & string },
): Fields<Variant<V>, ClientOfAll<V>> {
  const variants = Object.entries(shapes).map(([kind, shape]) => ({
    kind,
    ...(fields(shape) as Fields<object, ClientOfAll<V>>),
  }));
  return {
    names: variants.flatMap(({ names }) => names),
    read(given, client) {
      const [first, second] = variants.filter(({ names }) => names.some((name) => given[name] !== undefined));
      const variant = first ?? variants.find(({ kind }) => kind === fallback);
      const parsed = variant?.read(given, client);
      const isOne = first !== undefined && second === undefined;
      if (isOne && parsed?.ok) return valid({ ...parsed.value, kind: first.kind } as Variant<V>);
      const choice = isOne ? [] : issuesOf(invalid(first && given, rule, fix));
      return { ok: false, issues: [...choice, ...(parsed ? issuesOf(parsed) : [])] };
    },
  };
}

/** An object of this shape and no other names. What is no object is read as an empty one, so that all that is missing is said. */
export function object<S extends Shape, T extends object = object, C = unknown>(
  shape: S,
  together?: Fields<T, C>,
): Parser<Values<S> & T, ClientOf<S[keyof S]> & C> {
  const names = [...Object.keys(shape), ...(together?.names ?? [])];
  const read = openObject(shape, together);
  return (value, client) => {
    const unknown = isObject(value) ? unknownNames(value, names, "parameter") : [];
    const parsed = read(value, client);
    if (unknown.length === 0) return parsed;
    return parsed.ok
      ? { ok: false, issues: unknown, passed: { ...parsed.value } }
      : { ...parsed, issues: [...unknown, ...parsed.issues] };
  };
}

/** The same where other names are ignored, because callers pass what they have: a push, or a row of a database. */
export function openObject<S extends Shape, T extends object = object, C = unknown>(
  shape: S,
  together?: Fields<T, C>,
): Parser<Values<S> & T, ClientOf<S[keyof S]> & C> {
  const alone = fields(shape);
  return (value, client) => {
    const given = isObject(value) ? value : {};
    return joined(alone.read(given, client), together ? together.read(given, client) : valid({} as T));
  };
}

/** Two parsers for two parts of one object. */
export function both<T extends object, U extends object, C, D>(
  one: Parser<T, C>,
  other: Parser<U, D>,
): Parser<T & U, C & D> {
  return (value, client) => joined(one(value, client), other(value, client));
}

function joined<T extends object, U extends object>(one: Parsed<T>, other: Parsed<U>): Parsed<T & U> {
  if (one.ok && other.ok) return valid({ ...one.value, ...other.value });
  const issues = [...issuesOf(one), ...issuesOf(other)];
  const passed = { ...(one.ok ? one.value : one.passed), ...(other.ok ? other.value : other.passed) };
  return { ok: false, issues, passed: passed as Given };
}

function issuesOf(parsed: Parsed<unknown>): readonly Issue[] {
  return parsed.ok ? [] : parsed.issues;
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null;
}

/**
 * The typed parameters of a call.
 *
 * @throws MpesaValidationError with all issues, and with the IDs that were made before sending.
 */
export function check<T, C>(
  operation: OperationId | undefined,
  schema: Parser<T, C>,
  params: unknown,
  client: C,
  ids: readonly (keyof MpesaIds)[] = [],
): T {
  const parsed = schema(params, client);
  if (parsed.ok) return parsed.value;
  const made = Object.entries(parsed.passed ?? {}).filter(([name]) => (ids as readonly string[]).includes(name));
  throw new MpesaValidationError(parsed.issues, { operation, ids: Object.fromEntries(made) as MpesaIds });
}

/** The value of a public helper that takes one. @throws MpesaValidationError */
export function checkOne<T>(field: string, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new MpesaValidationError(under(field, parsed.issues));
}

/** Names that nobody knows: a misspelt one would be ignored, and its default used. */
export function unknownNames(given: object, names: readonly string[], what: "parameter" | "option"): Issue[] {
  const issues: Issue[] = [];
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const nearest = nearestNames(name, names).map((one) => `\`${one}\``);
    const fix = nearest.length > 0 ? `Did you mean ${nearest.join(" or ")}?` : `The names are ${names.join(", ")}.`;
    const received = shapeOf((given as Record<string, unknown>)[name]);
    issues.push({ field: shown(name), received, rule: `is an unknown ${what}`, fix });
  }
  return issues;
}

/** What is no identifier may be anything, such as a phone number. */
function shown(name: string): string {
  return /^[a-z_$][\w$]{0,39}$/i.test(name) && !/\d{5}/.test(name) ? name : `(a name of ${name.length} characters)`;
}

/** The same name in another spelling; else those that begin or end with it; else those of the same letters, as in `occassion`. */
function nearestNames(name: string, names: readonly string[]): string[] {
  const plain = plainOf(name);
  if (plain === "") return [];
  const isNear = [
    (other: string) => other === plain,
    (other: string) => other.startsWith(plain) || other.endsWith(plain),
    (other: string) => lettersOf(other) === lettersOf(plain),
  ];
  const found = isNear.map((near) => names.filter((other) => near(plainOf(other))));
  return found.find((near) => near.length > 0) ?? [];
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Each letter once, whatever the order: most typing errors double, drop or exchange letters. */
function lettersOf(plain: string): string {
  return [...new Set(plain)].sort().join("");
}
