/** What the server knows, kept live. Components listen to `changed` and look at `state`. */
export const state = {
  now: 0,
  promptTimeoutMs: 26000,
  credentials: {},
  environment: "",
  customers: new Map(),
  organisations: new Map(),
  accounts: new Map(),
  prompts: new Map(),
  requests: new Map(),
  callbacks: new Map(),
  messages: new Map(),
  transactions: new Map(),
  scenarios: new Map(),
};
export const reference = {
  operations: new Map(),
  codes: {},
  magic: [],
  targets: [],
  networkFaults: [],
  callbackFaults: [],
};
const events = new EventTarget();
const LIMIT = 400;
let offset = 0;
let frame = 0;
const touched = new Set();

const keyOf = {
  customers: "phone",
  organisations: "shortCode",
  accounts: "id",
  prompts: "id",
  requests: "id",
  callbacks: "id",
  messages: "id",
  transactions: "receipt",
  scenarios: "id",
};

/** The server's clock, as far as this page can tell. */
export const now = () => Date.now() + offset;

export function onChange(listener) {
  events.addEventListener("changed", (event) => listener(event.detail));
}

/** Asks the server to do something; a problem comes back as an Error with its sentence. */
export async function act(path, body = {}) {
  const response = await fetch(`/_simulator/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.problem ?? `status ${response.status}`);
  return answer;
}

export async function start(onLink) {
  const known = await (await fetch("/_simulator/reference")).json();
  Object.assign(reference, known, { operations: new Map(known.operations.map((one) => [one.id, one])) });
  const source = new EventSource("/_simulator/events");
  source.addEventListener("open", async () => {
    await load();
    onLink(true);
  });
  source.addEventListener("error", () => onLink(false));
  source.addEventListener("message", ({ data }) => apply(JSON.parse(data)));
}

async function load() {
  const fresh = await (await fetch("/_simulator/state")).json();
  offset = fresh.now - Date.now();
  for (const [name, value] of Object.entries(fresh)) {
    if (keyOf[name]) state[name] = new Map(value.map((record) => [record[keyOf[name]], record]));
    else state[name] = value;
  }
  announce(Object.keys(keyOf));
}

function apply(changes) {
  for (const { table, key, record } of changes) {
    const rows = state[table];
    if (!rows) continue;
    if (record) rows.set(key, record);
    else rows.delete(key);
    if (rows.size > LIMIT && table !== "accounts" && table !== "customers") rows.delete(rows.keys().next().value);
  }
  announce(changes.map(({ table }) => table));
}

/** One redraw a frame, however many changes arrive. */
function announce(tables) {
  for (const table of tables) touched.add(table);
  // A hidden tab gets no frames, and must not collect changes for ever.
  if (document.hidden) return flush();
  frame ||= requestAnimationFrame(flush);
}

function flush() {
  cancelAnimationFrame(frame);
  frame = 0;
  const detail = new Set(touched);
  touched.clear();
  if (detail.size > 0) events.dispatchEvent(new CustomEvent("changed", { detail }));
}
