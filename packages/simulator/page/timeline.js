import { h, json, time } from "./dom.js";
import { act, onChange, reference, state } from "./store.js";

/** Requests, callbacks and what your endpoint answered, newest first; each opens as JSON. */
class Timeline extends HTMLElement {
  #show = "all";
  #from = -1;
  #list = h("ol", { className: "events" });
  #count = h("span", { className: "count", role: "status" });
  #items = new Map();

  connectedCallback() {
    const segment = h("div", { className: "segment", role: "group", ariaLabel: "What to show" });
    for (const [kind, name] of [
      ["all", "All"],
      ["requests", "Requests"],
      ["callbacks", "Callbacks"],
    ]) {
      const pick = () => {
        this.#show = kind;
        for (const one of segment.children) one.setAttribute("aria-pressed", String(one === button));
        this.#draw();
      };
      const button = h("button", { type: "button", "aria-pressed": String(kind === "all"), onclick: pick }, name);
      segment.append(button);
    }
    const clear = () => {
      this.#from = Math.max(this.#from, ...[...state.requests.keys(), ...state.callbacks.keys()].map(Number));
      this.#draw();
    };
    this.append(
      h(
        "div",
        { className: "tools" },
        segment,
        h("button", { className: "button", type: "button", onclick: clear }, "Clear"),
        this.#count,
      ),
      this.#list,
    );
    onChange((tables) => (tables.has("requests") || tables.has("callbacks")) && this.#draw());
  }

  #draw() {
    const rows = [
      ...(this.#show === "callbacks"
        ? []
        : [...state.requests.values()].map((record) => ({ kind: "requests", record }))),
      ...(this.#show === "requests"
        ? []
        : [...state.callbacks.values()].map((record) => ({ kind: "callbacks", record }))),
    ]
      .filter(({ record }) => Number(record.id) > this.#from)
      .sort((a, b) => Number(b.record.id) - Number(a.record.id))
      .slice(0, 200);
    const wanted = new Set(rows.map(({ record }) => record.id));
    for (const [id, { element }] of this.#items) {
      if (wanted.has(id)) continue;
      element.remove();
      this.#items.delete(id);
    }
    let before = null;
    for (const { kind, record } of rows.reverse()) {
      const text = JSON.stringify(record);
      const known = this.#items.get(record.id);
      if (!known || known.text !== text) {
        const element = kind === "requests" ? request(record) : callback(record);
        if (known) {
          element.querySelector("details").open = known.element.querySelector("details").open;
          known.element.replaceWith(element);
        } else this.#list.insertBefore(element, before);
        this.#items.set(record.id, { element, text });
      }
      before = this.#items.get(record.id).element;
    }
    this.#count.textContent = rows.length === 0 ? "" : `${rows.length} shown`;
    const empty = this.querySelector(".empty");
    if (rows.length > 0) empty?.remove();
    else if (!empty)
      this.append(
        h(
          "p",
          { className: "empty" },
          "Nothing yet. Point a client at this address, and every request and callback appears here.",
        ),
      );
  }
}
customElements.define("sim-timeline", Timeline);

function entry({ way, incoming, title, pill, where, open }) {
  const details = h(
    "details",
    {},
    h("summary", {}, h("span", { className: "what" }, title), pill, h("span", { className: "where" }, where)),
  );
  // What nobody opens need not be built.
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(h("div", { className: "open" }, ...open()));
  });
  return h(
    "li",
    { className: incoming ? "in" : "out" },
    h("span", { className: "way", ariaHidden: "true" }, way),
    details,
  );
}

function request(record) {
  const operation = reference.operations.get(record.operation);
  const { status } = record;
  const tone = status === null ? "bad" : status < 300 ? "good" : status < 500 ? "warn" : "bad";
  return entry({
    way: "→",
    incoming: true,
    title: operation?.summary ?? record.path,
    pill: h("span", { className: `pill ${tone}` }, status === null ? "no answer" : String(status)),
    where: `${time(record.at)} · ${record.method} ${record.path}${record.note ? ` · ${record.note}` : ""}`,
    open: () => [
      ...meanings(record.answer, operation),
      part("Request", record.body),
      part(status === null ? "Answer that was not sent" : "Answer", record.answer),
    ],
  });
}

function callback(record) {
  const operation = reference.operations.get(record.operation);
  const last = record.attempts.at(-1);
  const tone =
    record.state === "delivered" ? "good" : record.state === "scheduled" || record.state === "held" ? "" : "bad";
  const again = h(
    "button",
    { className: "button", type: "button", onclick: () => act(`callbacks/${record.id}/replay`) },
    "Send again",
  );
  const tries = record.attempts.map(({ at, status, body, problem }) => ({
    at: time(at),
    status,
    body: parsed(body),
    problem,
  }));
  return entry({
    way: "←",
    title: `${record.name[0].toUpperCase()}${record.name.slice(1)} to your endpoint${outcome(record.body, operation)}`,
    pill: h(
      "span",
      { className: `pill ${tone}` },
      last?.status ? `${last.status}${record.attempts.length > 1 ? ` ×${record.attempts.length}` : ""}` : record.state,
    ),
    where: `${time(record.at)} · ${record.url}${last?.problem ? ` · ${last.problem}` : ""}`,
    open: () => [
      ...meanings(record.body, operation),
      part("Headers", record.headers),
      part("Body", record.body),
      part("What your endpoint answered", tries.length > 0 ? tries : `nothing: ${record.state}`),
      h("div", {}, again),
    ],
  });
}

/** ": 1032 CancelledByUser", where the body says how it ended. */
function outcome(body, operation) {
  const code = body?.Body?.stkCallback?.ResultCode ?? body?.Result?.ResultCode ?? body?.resultCode;
  if (code === undefined) return "";
  const name = reference.codes[operation?.codeScope]?.find((one) => one.code === String(code))?.name ?? "";
  return `: ${code} ${name.replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

function part(title, content) {
  return h("div", {}, h("h3", {}, title), json(content, title));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the spec says about the codes in a body. */
function meanings(body, operation) {
  const found = [];
  const look = (value) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (/^(?:resultcode|errorcode)$/i.test(key)) {
        const scopes = key.toLowerCase() === "errorcode" ? ["error", "fault"] : [operation?.codeScope ?? "stk"];
        for (const scope of scopes) found.push(explain(scope, String(inner), value));
      }
      look(inner);
    }
  };
  look(body);
  const path = operation
    ? h(
        "p",
        { className: "meaning" },
        operation.summary,
        h("small", {}, `${operation.method} ${operation.path} · ${operation.id}`),
      )
    : undefined;
  return [path, ...found].filter(Boolean);
}

function explain(scope, code, body) {
  const info = reference.codes[scope]?.find((one) => one.code === code);
  if (!info) return undefined;
  const message = String(body.errorMessage ?? "").toLowerCase();
  const variant = (info.variants ?? []).find(({ match }) =>
    match === "" ? message === "" : message.includes(match.toLowerCase()),
  );
  const { name, meaning, hint } = variant ?? info;
  return h("p", { className: "meaning" }, h("strong", {}, `${code} ${name}: `), meaning, h("small", {}, hint ?? ""));
}
