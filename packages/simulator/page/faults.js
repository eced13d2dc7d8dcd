import { h } from "./dom.js";
import { act, onChange, reference, state } from "./store.js";

const words = {
  refuse: "connection refused",
  reset: "connection reset",
  dropAnswer: "answer dropped after processing",
  stall: "no answer at all",
  gatewayTimeout: "504 gateway timeout",
  html503: "503 page of the firewall",
  html403: "403 page of the firewall",
  spikeArrest: "429 spike arrest",
  duplicate: "callback twice",
  late: "callback a minute late",
  early: "callback before the answer",
  lost: "callback lost",
  reordered: "callback after the next one",
  timeout: "queue timeout",
};
const products = {
  any: "any request",
  token: "tokens",
  stk: "payment prompts (STK)",
  stkQuery: "prompt queries",
  c2b: "customer payments (C2B)",
  b2c: "payouts (B2C)",
  pochi: "payouts to Pochi",
  b2b: "business payments (B2B)",
  tax: "tax",
  ussd: "express checkout (B2B)",
  balance: "balances",
  status: "transaction status",
  reversal: "reversals",
  qr: "QR codes",
  pull: "pull transactions",
};
const quick = [
  ["Drop the next answer", "any", { fault: "dropAnswer" }],
  ["503 page", "any", { fault: "html503" }],
  ["Spike arrest", "any", { fault: "spikeArrest" }],
  ["Lose the callback", "stk", { callback: "lost" }],
  ["Callback twice", "stk", { callback: "duplicate" }],
  ["Customer cancels", "stk", { resultCode: "1032" }],
];

/** What shall go wrong, once or until it is taken off. */
class Faults extends HTMLElement {
  #target = h("select", { onchange: () => this.#fill() });
  #what = h("select");
  #problem = h("p", { className: "problem", role: "alert" });
  #active = h("ul", { className: "active", ariaLabel: "Waiting faults" });
  #magic = h("details", { className: "magic" }, h("summary", {}, "Magic numbers and amounts"));
  #filled = false;

  connectedCallback() {
    const submit = (event) => {
      event.preventDefault();
      this.#add(this.#target.value, JSON.parse(this.#what.value), event.submitter?.value === "always");
    };
    this.append(
      h(
        "div",
        { className: "switches" },
        this.#active,
        h(
          "div",
          { className: "quick", role: "group", ariaLabel: "The next request meets" },
          ...quick.map(([name, target, scenario]) =>
            h(
              "button",
              { className: "button", type: "button", onclick: () => this.#add(target, scenario, false) },
              name,
            ),
          ),
        ),
        h(
          "form",
          { onsubmit: submit },
          h("label", { className: "field" }, "For", this.#target),
          h("label", { className: "field" }, "Happens", this.#what),
          h(
            "div",
            { className: "row" },
            h("button", { className: "button main", type: "submit", value: "next" }, "Next request"),
            h("button", { className: "button", type: "submit", value: "always" }, "Until off"),
          ),
          this.#problem,
        ),
      ),
      this.#magic,
    );
    onChange(() => this.#draw());
  }

  async #add(target, scenario, always) {
    this.#problem.textContent = "";
    try {
      await act("scenarios", { target, scenario, always });
    } catch (error) {
      this.#problem.textContent = error.message;
    }
  }

  #draw() {
    if (!this.#filled && reference.targets.length > 0) {
      this.#filled = true;
      this.#target.replaceChildren(
        ...reference.targets.map((target) => h("option", { value: target }, products[target] ?? target)),
      );
      this.#target.value = "stk";
      this.#fill();
      this.#fillMagic();
    }
    const items = [...state.scenarios.values()].map(({ id, target, scenario, remaining }) =>
      h(
        "li",
        {},
        h(
          "span",
          {},
          `${products[target] ?? target}: ${say(scenario)}${remaining === null ? ", until off" : remaining > 1 ? `, ${remaining} times` : ", next time"}`,
        ),
        h(
          "button",
          {
            className: "button",
            type: "button",
            ariaLabel: `Take off ${target} ${say(scenario)}`,
            onclick: () => act(`scenarios/${id}/off`),
          },
          "Off",
        ),
      ),
    );
    this.#active.replaceChildren(...items);
  }

  /** The choices fit the operation: its own results, every refusal, every fault. */
  #fill() {
    const target = this.#target.value;
    const names = {
      stk: "stkPush",
      b2c: "b2cPaymentV3",
      pochi: "pochiPayment",
      b2b: "b2bPayment",
      tax: "taxRemittance",
      ussd: "ussdPush",
      balance: "accountBalance",
      status: "transactionStatus",
      qr: "qrGenerate",
      pull: "pullQuery",
    };
    const operation = reference.operations.get(names[target] ?? target);
    const option = (scenario, text) => h("option", { value: JSON.stringify(scenario) }, text);
    const fits = ({ operations }) => !operations || !operation || operations.includes(operation.id);
    const codes = (scope, key) =>
      (reference.codes[scope] ?? [])
        .filter(fits)
        .map((info) => option({ [key]: info.code }, `${info.code} ${info.meaning}`));
    const group = (label, options) => (options.length > 0 ? h("optgroup", { label }, ...options) : undefined);
    const scope = operation?.codeScope;
    this.#what.replaceChildren(
      ...[
        group("Result", scope && scope !== "response" ? codes(scope, "resultCode") : []),
        group(
          "Network",
          reference.networkFaults.map((fault) => option({ fault }, words[fault] ?? fault)),
        ),
        group("Callback", [
          ...reference.callbackFaults.map((callback) => option({ callback }, words[callback] ?? callback)),
          ...(scope === "result" ? [option({ timeout: true }, words.timeout)] : []),
        ]),
        group("Refusal", [...codes("error", "errorCode"), ...codes("fault", "errorCode")]),
      ].filter(Boolean),
    );
  }

  #fillMagic() {
    const rows = reference.magic
      .filter(({ field }) => field !== "Remarks")
      .map(({ value, code, name, operations }) =>
        h(
          "tr",
          {},
          h("td", {}, h("code", {}, value)),
          h("td", {}, `${code} ${name}`, h("br"), h("small", {}, operations.join(", "))),
        ),
      );
    const table = h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Number or amount"), h("th", { scope: "col" }, "Ends as"))),
      h("tbody", {}, ...rows),
    );
    this.#magic.append(
      h("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Magic values" }, table),
    );
  }
}
customElements.define("sim-faults", Faults);

function say({ resultCode, errorCode, fault, callback, timeout }) {
  const parts = [
    resultCode && `result ${resultCode}`,
    errorCode && `refused with ${errorCode}`,
    fault && words[fault],
    callback && words[callback],
    timeout && words.timeout,
  ];
  return parts.filter(Boolean).join(", ") || "something else";
}
