import { h, local } from "./dom.js";
import { act, state } from "./store.js";

/** Sends what a form asks for; its problem, or that it was done, is said in the form. */
async function submit(said, done, ...steps) {
  said.className = "said";
  said.textContent = "";
  try {
    for (const [path, body] of steps) await act(path, body);
    said.textContent = done;
    return true;
  } catch (error) {
    said.className = "problem";
    said.textContent = error.message;
    return false;
  }
}

const typingIn = (form) => form.contains(document.activeElement) && document.activeElement.matches("input, select");

/** Balance, PIN and habits of one person. It saves to the person whose values it shows, and only what was changed. */
export class PersonForm {
  #of = "";
  #filled = {};
  #fields = {
    balance: h("input", { type: "number", min: 0, step: "0.01", required: true }),
    pin: h("input", { type: "text", inputMode: "numeric", maxLength: 6, required: true }),
    habit: h(
      "select",
      {},
      h("option", { value: "" }, "by hand"),
      h("option", { value: "pay" }, "always pays"),
      h("option", { value: "cancel" }, "always cancels"),
      h("option", { value: "ignore" }, "never answers"),
    ),
    reachable: h("input", { type: "checkbox" }),
    registered: h("input", { type: "checkbox" }),
  };
  #save = h("button", { className: "button", type: "submit" }, "Save");
  #said = h("p", { role: "status" });
  #summary = h("summary", {}, "This person");
  #form = h(
    "form",
    { onsubmit: (event) => this.#submit(event) },
    h("label", { className: "field" }, "Balance, shillings", this.#fields.balance),
    h("label", { className: "field" }, "PIN", this.#fields.pin),
    h("label", { className: "field wide" }, "Answers prompts", this.#fields.habit),
    h("label", { className: "check" }, this.#fields.reachable, "phone is on"),
    h("label", { className: "check" }, this.#fields.registered, "has M-PESA"),
    this.#save,
    this.#said,
  );
  element = h("details", { className: "person" }, this.#summary, this.#form);

  /** Whether somebody is at it: then the page must not turn to another person. */
  get edited() {
    return typingIn(this.#form) || this.#changes().length > 0;
  }

  show(customer) {
    const other = customer.phone !== this.#of;
    if (!other && this.edited) return;
    if (other) this.#said.textContent = "";
    this.#of = customer.phone;
    this.#summary.textContent = `This person: ${customer.name}`;
    this.#save.textContent = `Save for ${local(customer.phone)}${customer.pinLocked ? ", unlock the PIN" : ""}`;
    const { habit } = customer;
    this.#fill({
      balance: String((state.accounts.get(`customer:${customer.phone}`)?.balance ?? 0) / 100),
      pin: customer.pin,
      habit: habit === null ? "" : habit.kind === "pin" ? "pay" : habit.kind,
      reachable: customer.reachable,
      registered: customer.registered,
    });
  }

  #fill(values) {
    this.#filled = values;
    for (const [name, value] of Object.entries(values)) {
      const field = this.#fields[name];
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
    }
  }

  #values() {
    const read = (field) => (field.type === "checkbox" ? field.checked : field.value);
    return Object.fromEntries(Object.entries(this.#fields).map(([name, field]) => [name, read(field)]));
  }

  #changes() {
    return Object.entries(this.#values()).filter(([name, value]) => this.#of && value !== this.#filled[name]);
  }

  async #submit(event) {
    event.preventDefault();
    const phone = this.#of;
    const values = this.#values();
    // What was left alone may have moved meanwhile: an old balance must not come back.
    const { habit, balance, ...details } = Object.fromEntries(this.#changes());
    if (balance !== undefined) details.balance = Number(balance);
    const steps = [[`customers/${phone}/set`, { ...details, pinLocked: false }]];
    if (habit !== undefined) steps.push([`customers/${phone}/always`, { habit: habit || null }]);
    if ((await submit(this.#said, `Saved for ${local(phone)}.`, ...steps)) && phone === this.#of) this.#filled = values;
  }
}

/** A payment that nobody asked for, from the person who is shown. */
export class PayForm {
  #of = "";
  #shortCode = h("input", { type: "text", inputMode: "numeric", required: true, value: "600000" });
  #amount = h("input", { type: "number", min: 1, step: 1, required: true, value: "100" });
  #reference = h("input", { type: "text", maxLength: 20, value: "INV-1" });
  #pay = h("button", { className: "button", type: "submit" }, "Pay");
  #said = h("p", { role: "status" });
  #form = h(
    "form",
    { onsubmit: (event) => this.#submit(event) },
    h("label", { className: "field" }, "Pay bill or till", this.#shortCode),
    h("label", { className: "field" }, "Amount", this.#amount),
    h("label", { className: "field wide" }, "Account", this.#reference),
    this.#pay,
    this.#said,
  );
  element = h("details", { className: "person" }, h("summary", {}, "Pay a business unasked (C2B)"), this.#form);

  get edited() {
    return typingIn(this.#form);
  }

  show({ phone }) {
    if (phone !== this.#of) this.#said.textContent = "";
    this.#of = phone;
    this.#pay.textContent = `Pay from ${local(phone)}`;
  }

  #submit(event) {
    event.preventDefault();
    submit(this.#said, "Sent; the timeline shows what becomes of it.", [
      `customers/${this.#of}/pay`,
      { shortCode: this.#shortCode.value, amount: Number(this.#amount.value), reference: this.#reference.value },
    ]);
  }
}
