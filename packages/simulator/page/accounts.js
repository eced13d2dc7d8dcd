import { h, local, redraw, shillings } from "./dom.js";
import { onChange, state } from "./store.js";

/** Balances, the ones that moved last first. */
class Accounts extends HTMLElement {
  #search = h("input", { type: "search", placeholder: "number or name", oninput: () => this.#draw() });
  #body = h("tbody");
  #none = h("p", { className: "empty", role: "status" });
  #seen = new Map();
  #moved = [];

  connectedCallback() {
    const head = h(
      "thead",
      {},
      h("tr", {}, h("th", { scope: "col" }, "Account"), h("th", { scope: "col", className: "sum" }, "Balance")),
    );
    this.append(
      h("div", { className: "tools" }, h("label", { className: "field" }, "Find an account", this.#search)),
      h("table", {}, head, this.#body),
      this.#none,
    );
    onChange((tables) => (tables.has("accounts") || tables.has("organisations")) && this.#note());
  }

  #note() {
    const first = this.#seen.size === 0;
    for (const { id, balance } of state.accounts.values()) {
      if (!first && this.#seen.get(id) !== balance)
        this.#moved = [id, ...this.#moved.filter((one) => one !== id)].slice(0, 40);
      this.#seen.set(id, balance);
    }
    this.#draw();
  }

  #draw() {
    const wanted = this.#search.value.trim().toLowerCase();
    const rank = new Map(this.#moved.map((id, at) => [id, at]));
    const start = `${state.credentials.shortCode}:`;
    const rows = [...state.accounts.values()]
      .filter(({ owner }) => owner !== "mpesa")
      .map((account) => ({ ...account, ...label(account) }))
      .filter(({ id, title, note, balance }) =>
        wanted
          ? `${id} ${title} ${note}`.toLowerCase().includes(wanted)
          : rank.has(id) || id.startsWith("customer:") || (id.startsWith(start) && balance !== 0),
      )
      .sort((a, b) => (rank.get(a.id) ?? 999) - (rank.get(b.id) ?? 999))
      .slice(0, 14);
    this.#none.textContent = rows.length > 0 ? "" : wanted ? `No account matches “${this.#search.value.trim()}”.` : "";
    redraw(
      this.#body,
      rows.map(({ id, title, note, balance }) =>
        h(
          "tr",
          { className: rank.get(id) === 0 || rank.get(id) === 1 ? "moved" : "" },
          h("th", { scope: "row" }, title, h("small", { className: "note" }, note)),
          h("td", { className: `sum ${balance < 0 ? "minus" : ""}` }, shillings(balance)),
        ),
      ),
    );
  }
}
customElements.define("sim-accounts", Accounts);

function label({ owner, name }) {
  if (owner === "customer") return { title: local(name), note: state.customers.get(name)?.name ?? "" };
  const business = state.organisations.get(owner)?.name ?? "";
  return { title: business.includes(owner) ? business : `${owner} ${business}`, note: name };
}
