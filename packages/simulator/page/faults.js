import { h, redraw } from "./dom.js";
import { act, onChange, reference, state } from "./store.js";
import { codeName, faultName, targetName } from "./words.js";

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
  #quick = h(
    "div",
    { className: "quick", role: "group", ariaLabel: "The next request meets" },
    ...quick.map(([name, target, scenario]) =>
      h("button", { className: "button", type: "button", onclick: () => this.#add(target, scenario, false) }, name),
    ),
  );
  #magic = h("details", { className: "magic" }, h("summary", {}, "Magic values"));
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
        this.#quick,
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

  #add(target, scenario, always) {
    return this.#do("scenarios", { target, scenario, always });
  }

  async #do(path, body) {
    this.#problem.textContent = "";
    try {
      await act(path, body);
    } catch (error) {
      this.#problem.textContent = error.message;
    }
  }

  #draw() {
    if (!this.#filled && reference.targets.length > 0) {
      this.#filled = true;
      this.#target.replaceChildren(
        ...reference.targets.map((target) => h("option", { value: target }, targetName(target))),
      );
      this.#target.value = "stk";
      this.#fill();
      this.#fillMagic();
    }
    const items = [...state.scenarios.values()].map(({ id, target, scenario, remaining }) =>
      h(
        "li",
        { id: `fault-${id}` },
        h(
          "span",
          {},
          `${targetName(target)}: ${say(scenario)}${remaining === null ? ", until off" : remaining > 1 ? `, ${remaining} times` : ", next time"}`,
        ),
        h(
          "button",
          {
            className: "button",
            type: "button",
            ariaLabel: `Take off ${targetName(target)}: ${say(scenario)}`,
            onclick: () => this.#do(`scenarios/${id}/off`),
          },
          "Off",
        ),
      ),
    );
    redraw(this.#active, items, this.#quick.firstElementChild);
  }

  /** What the target can give, and what can go wrong around it. */
  #fill() {
    const { results, responses, refusals, callbacks, timeout } = reference.choices[this.#target.value];
    const option = (scenario, text) => h("option", { value: JSON.stringify(scenario) }, text);
    const codes = (list) => list.map(({ scenario, label }) => option(scenario, label));
    const group = (label, options) => (options.length > 0 ? h("optgroup", { label }, ...options) : undefined);
    this.#what.replaceChildren(
      ...[
        group("Result", codes(results)),
        group(
          "Network",
          reference.networkFaults.map((fault) => option({ fault }, faultName(fault))),
        ),
        group("Callback", [
          ...(callbacks ? reference.callbackFaults.map((callback) => option({ callback }, faultName(callback))) : []),
          ...(timeout ? [option({ timeout: true }, faultName("timeout"))] : []),
        ]),
        group("Acknowledgement", codes(responses)),
        group("Refusal", codes(refusals)),
      ].filter(Boolean),
    );
  }

  #fillMagic() {
    const rows = reference.magic.map(({ field, value, code, name, operations }) =>
      h(
        "tr",
        {},
        h("td", {}, h("code", {}, value), h("small", { className: "note" }, field)),
        h("td", {}, `${code} ${codeName(name)}`, h("small", { className: "note" }, operations.join(", "))),
      ),
    );
    const table = h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Value"), h("th", { scope: "col" }, "Ends as"))),
      h("tbody", {}, ...rows),
    );
    this.#magic.append(
      h("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Magic values" }, table),
    );
  }
}
customElements.define("sim-faults", Faults);

function say({ resultCode, responseCode, errorCode, errorMessage, fault, callback, timeout }) {
  const text = errorMessage === undefined ? "" : ` “${errorMessage}”`;
  const parts = [
    resultCode && `result ${resultCode}`,
    responseCode && `answer ${responseCode}`,
    errorCode && `refused with ${errorCode}${text}`,
    fault && faultName(fault),
    callback && faultName(callback),
    timeout && faultName("timeout"),
  ];
  return parts.filter(Boolean).join(", ") || "something else";
}
