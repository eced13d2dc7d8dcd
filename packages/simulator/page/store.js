/** What the server knows, kept live. Components listen to `changed` and look at `state`. */
export const state = {
  now: 0,
  virtual: false,
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
  failures: new Map(),
};
export const reference = {
  operations: new Map(),
  codes: {},
  magic: [],
  targets: [],
  choices: {},
  networkFaults: [],
  callbackFaults: [],
};
const events = new EventTarget();
/** How many records of a history are kept; what the simulator is about is kept whole. */
const LIMIT = 400;
const histories = new Set(["prompts", "requests", "callbacks", "messages", "transactions", "failures"]);
const RETRY_MS = 2_000;
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
  failures: "id",
};

/** The server's clock, as far as this page can tell; a virtual one stands still between events. */
export const now = () => (state.virtual ? state.now : Date.now() + offset);

export function onChange(listener) {
  events.addEventListener("changed", (event) => listener(event.detail));
}

/** Asks the server to do something; a problem comes back as an Error with its sentence. */
export async function act(path, body = {}) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask(path, init) {
  let response;
  try {
    response = await fetch(`/_simulator/${path}`, init);
  } catch {
    throw new Error("The simulator does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(answer.problem ?? `it answered with status ${response.status}`);
}

/** Keeps `state` live for as long as the page is open; tells whether it is, and if not, why. */
export async function start(onLink) {
  const again = (problem) => {
    onLink({ live: false, problem });
    setTimeout(() => start(onLink), RETRY_MS);
  };
  try {
    const known = await ask("reference");
    Object.assign(reference, known, { operations: new Map(known.operations.map((one) => [one.id, one])) });
  } catch (error) {
    return again(error.message);
  }
  const source = new EventSource("/_simulator/events");
  // What happens while the snapshot is on its way would be overwritten by it, so it waits.
  let waiting = [];
  source.addEventListener("message", ({ data }) => {
    const changes = JSON.parse(data);
    if (waiting) waiting.push(changes);
    else apply(changes);
  });
  source.addEventListener("open", async () => {
    const mine = [];
    waiting = mine;
    try {
      const fresh = await ask("state");
      // A later connection has its own snapshot.
      if (waiting !== mine) return;
      take(fresh);
      waiting = undefined;
      for (const changes of mine) apply(changes);
      onLink({ live: true });
    } catch (error) {
      if (waiting !== mine) return;
      source.close();
      again(error.message);
    }
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return onLink({ live: false });
    waiting = [];
    again();
  });
}

function take(fresh) {
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
    if (record?.at > state.now) state.now = record.at;
    if (rows.size > LIMIT && histories.has(table)) rows.delete(rows.keys().next().value);
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
