import { h, json, redraw, time } from "./dom.js";
import { act, onChange, reference, state } from "./store.js";
import { callbackName, codeName, jobName, noteName } from "./words.js";

/** What is shown, by its kind: how a record looks, and which way it went. */
const kinds = {
  requests: { view: request, className: "in", way: "↑" },
  callbacks: { view: callback, className: "out", way: "↓" },
  failures: { view: failure, className: "failure", way: "✕" },
};

/** Requests, callbacks, what your endpoint answered, and jobs that failed, newest first; each opens as JSON. */
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
      this.#from = Math.max(this.#from, ...Object.keys(kinds).flatMap((kind) => [...state[kind].keys()].map(Number)));
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
    onChange((tables) => Object.keys(kinds).some((kind) => tables.has(kind)) && this.#draw());
  }

  #draw() {
    const rows = Object.keys(kinds)
      // A failure is of interest whatever else is.
      .filter((kind) => [kind, "all"].includes(this.#show) || kind === "failures")
      .flatMap((kind) => [...state[kind].values()].map((record) => ({ kind, record })))
      .filter(({ record }) => Number(record.id) > this.#from)
      .sort((a, b) => Number(b.record.id) - Number(a.record.id))
      .slice(0, 200);
    const wanted = new Set(rows.map(({ record }) => record.id));
    for (const id of this.#items.keys()) if (!wanted.has(id)) this.#items.delete(id);
    const elements = rows.map(({ kind, record }) => {
      const text = JSON.stringify(record);
      const known = this.#items.get(record.id) ?? { ...entry(kind, record.id), text: "" };
      if (known.text !== text) known.update(kinds[kind].view(record));
      this.#items.set(record.id, Object.assign(known, { text }));
      return known.element;
    });
    redraw(this.#list, elements);
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

/** One row: it stays the same element for as long as it is shown, whatever happens to its record. */
function entry(kind, id) {
  const summary = h("summary");
  const box = h("div", { className: "open" });
  const details = h("details", {}, summary, box);
  let open = () => [];
  // What nobody opens need not be built.
  details.addEventListener("toggle", () => details.open && redraw(box, open()));
  const element = h(
    "li",
    { className: kinds[kind].className, id: `event-${id}` },
    h("span", { className: "way", ariaHidden: "true" }, kinds[kind].way),
    details,
  );
  const update = (view) => {
    redraw(summary, [
      h("span", { className: "what" }, view.title),
      view.pill,
      ...(view.outcome ? [view.outcome] : []),
      h("span", { className: "where" }, view.where),
    ]);
    open = view.open;
    if (details.open) redraw(box, open());
  };
  return { element, update };
}

function request(record) {
  const operation = reference.operations.get(record.operation);
  const { status } = record;
  const tone = status === null ? "bad" : status < 300 ? "good" : status < 500 ? "warn" : "bad";
  return {
    title: operation?.summary ?? record.path,
    pill: h("span", { className: `pill ${tone}` }, status === null ? "no answer" : String(status)),
    outcome: record.note
      ? h("span", { className: `how ${tone === "good" ? "" : tone}` }, noteName(record.note))
      : undefined,
    where: `${time(record.at)} · ${record.method} ${record.path}`,
    open: () => [
      ...meanings(record.answer, operation),
      part("Request", record.body),
      part(status === null ? "Answer that was not sent" : "Answer", record.answer),
    ],
  };
}

function callback(record) {
  const operation = reference.operations.get(record.operation);
  const last = record.attempts.at(-1);
  const tone =
    record.state === "delivered" ? "good" : record.state === "scheduled" || record.state === "held" ? "" : "bad";
  const tries = record.attempts.map(({ at, status, body, problem }) => ({
    at: time(at),
    status,
    body: parsed(body),
    problem,
  }));
  return {
    title: `${callbackName(record)} → your endpoint`,
    pill: h(
      "span",
      { className: `pill ${tone}` },
      last?.status ? `${last.status}${record.attempts.length > 1 ? ` ×${record.attempts.length}` : ""}` : record.state,
    ),
    outcome: outcome(record.body, operation),
    where: `${time(record.at)} · ${record.url}${last?.problem ? ` · ${last.problem}` : ""}`,
    open: () => [
      ...meanings(record.body, operation),
      part("Headers", record.headers),
      part("Body", record.body),
      part("What your endpoint answered", tries.length > 0 ? tries : `nothing: ${record.state}`),
      again(record.id),
    ],
  };
}

function failure(record) {
  return {
    title: `${jobName(record)} failed`,
    pill: h("span", { className: "pill bad" }, "failed"),
    outcome: h("span", { className: "how bad" }, record.problem),
    where: `${time(record.at)} · ${record.about}`,
    open: () => [
      h(
        "p",
        { className: "meaning" },
        "The simulator could not do this, and nothing more will come of it.",
        h("small", {}, "Please report it, unless the state file was edited."),
      ),
      part("Job", record),
    ],
  };
}

function again(id) {
  const problem = h("p", { className: "problem", role: "alert" });
  const send = async () => {
    problem.textContent = "";
    await act(`callbacks/${id}/replay`).catch((error) => {
      problem.textContent = error.message;
    });
  };
  return h("div", {}, h("button", { className: "button", type: "button", onclick: send }, "Send again"), problem);
}

/** "1032 Cancelled by user", where the body says how it ended. */
function outcome(body, operation) {
  const code = body?.Body?.stkCallback?.ResultCode ?? body?.Result?.ResultCode ?? body?.resultCode;
  if (code === undefined) return undefined;
  const info = reference.codes[operation?.codeScope]?.find((one) => one.code === String(code));
  const tone = info?.fault === "none" ? "good" : info?.fault === "customer" ? "warn" : "bad";
  return h("span", { className: `how ${tone}` }, `${code} ${codeName(info?.name ?? "")}`);
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
