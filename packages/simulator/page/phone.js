import { h, local, shillings, time } from "./dom.js";
import { act, now, onChange, state } from "./store.js";

/** A phone of one customer: SMS, and the prompt when there is one. */
class Phone extends HTMLElement {
  #number = "";
  #promptId = "";
  #screen = h("div", { className: "screen" });
  #status = h("div", { className: "status" });
  #owner = h("div", { className: "owner" });
  #inbox = h("ul", { className: "inbox", ariaLabel: "Messages" });
  #overlay = h("div");
  #select = h("select", { ariaLabel: "Whose phone", onchange: () => this.#pick(this.#select.value) });
  #problem = h("p", { className: "problem", role: "alert" });
  #otherNumber = h("input", { type: "tel", placeholder: "0712 345 678", required: true });
  #other = h(
    "form",
    { className: "other", hidden: true, onsubmit: (event) => this.#add(event) },
    h("label", { className: "field" }, "Another number", this.#otherNumber),
    h("button", { className: "button main", type: "submit" }, "Take"),
  );
  #said = h("p", { className: "hidden", role: "status" });

  connectedCallback() {
    this.#screen.append(h("div", { className: "island" }), this.#status, this.#owner, this.#inbox, this.#overlay);
    this.append(
      h(
        "div",
        { className: "choice" },
        h("label", { className: "field" }, "Phone", this.#select),
        h("button", { className: "button", type: "button", onclick: () => this.#toggleOther() }, "Other…"),
      ),
      this.#other,
      h("div", { className: "device" }, this.#screen),
      this.#said,
      this.#problem,
      h("details", { className: "person" }, h("summary", {}, "This person"), this.#personForm()),
      h("details", { className: "person" }, h("summary", {}, "Pay a business unasked (C2B)"), this.#payForm()),
    );
    onChange(() => this.#draw());
    setInterval(() => this.#tick(), 250);
  }

  get #customer() {
    return state.customers.get(this.#number);
  }

  #prompt(number = this.#number) {
    for (const prompt of state.prompts.values()) if (prompt.phone === number && prompt.state === "shown") return prompt;
    return undefined;
  }

  #draw() {
    const waiting = [...state.prompts.values()].filter((one) => one.state === "shown");
    // The phone that rings is the one to look at, unless the one in hand has something to answer.
    if (waiting.length > 0 && !this.#prompt()) this.#number = waiting.at(-1).phone;
    if (!this.#customer) this.#number = [...state.customers.keys()].at(-1) ?? "";
    const options = [...state.customers.values()].map(({ phone, name }) =>
      h(
        "option",
        { value: phone, selected: phone === this.#number },
        `${local(phone)} · ${name}${waiting.some((one) => one.phone === phone) ? " · ringing" : ""}`,
      ),
    );
    this.#select.replaceChildren(...options);
    const customer = this.#customer;
    if (!customer) return;
    this.#status.classList.toggle("off", !customer.reachable);
    const account = state.accounts.get(`customer:${this.#number}`);
    this.#owner.replaceChildren(
      h("small", {}, `${customer.name}${customer.reachable ? "" : " · out of range"}`),
      h("strong", {}, shillings(account?.balance ?? 0)),
      h("small", {}, `${local(customer.phone)} · PIN ${customer.pin}${customer.pinLocked ? " · locked" : ""}`),
    );
    this.#drawInbox();
    this.#drawPrompt();
    this.#tick();
  }

  #drawInbox() {
    const mine = [...state.messages.values()]
      .filter(({ phone }) => phone === this.#number)
      .slice(-30)
      .reverse();
    if (this.#inbox.dataset.last === `${this.#number} ${mine[0]?.id}`) return;
    this.#inbox.dataset.last = `${this.#number} ${mine[0]?.id}`;
    const items = mine.map(({ at, text }) =>
      h("li", {}, h("time", {}, h("span", {}, "M-PESA"), h("span", {}, time(at))), text),
    );
    this.#inbox.replaceChildren(
      ...(items.length > 0
        ? items
        : [h("li", { className: "none" }, "No messages yet. Push a payment to this number.")]),
    );
  }

  #drawPrompt() {
    const prompt = this.#prompt();
    if ((prompt?.id ?? "") === this.#promptId) return;
    const hadFocus = this.#overlay.contains(document.activeElement);
    this.#promptId = prompt?.id ?? "";
    if (!prompt) {
      this.#overlay.replaceChildren();
      if (hadFocus) this.#select.focus();
      return;
    }
    const pin = h("input", {
      id: "pin",
      type: "password",
      inputMode: "numeric",
      autocomplete: "off",
      maxLength: 6,
      pattern: "[0-9]*",
    });
    const type = (digit) => {
      pin.value = digit === "" ? pin.value.slice(0, -1) : (pin.value + digit).slice(0, 6);
    };
    const key = (digit, name = digit) =>
      h(
        "button",
        { type: "button", ariaLabel: name === digit ? `Digit ${digit}` : name, onclick: () => type(digit) },
        digit === "" ? "⌫" : digit,
      );
    const send = (action, body) => this.#do(`customers/${prompt.phone}/${action}`, body);
    const sheet = h(
      "form",
      {
        className: "sheet",
        onsubmit: (event) => {
          event.preventDefault();
          send("pin", { pin: pin.value });
        },
      },
      h("h3", { id: "prompt-title" }, "Do you want to pay"),
      h("p", { className: "amount" }, shillings(prompt.amount)),
      h("p", { className: "to" }, `to ${prompt.business}`),
      h("p", { className: "account" }, `Account ${prompt.reference}`),
      h("div", { className: "left", ariaHidden: "true" }, h("i")),
      h("div", { className: "pin" }, h("label", { htmlFor: "pin" }, "M-PESA PIN"), pin),
      h(
        "div",
        { className: "pad", role: "group", ariaLabel: "Digits" },
        ..."123456789".split("").map((digit) => key(digit)),
        h("span"),
        key("0"),
        key("", "Delete digit"),
      ),
      h(
        "div",
        { className: "acts" },
        h("button", { className: "button pay", type: "submit" }, "Pay"),
        h("button", { className: "button", type: "button", onclick: () => send("cancel") }, "Cancel"),
        h("button", { className: "button", type: "button", onclick: () => this.#ignore() }, "Ignore"),
      ),
    );
    const dialog = h(
      "div",
      { className: "prompt", role: "dialog", "aria-modal": "false", "aria-labelledby": "prompt-title" },
      sheet,
    );
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && send("cancel"));
    this.#overlay.replaceChildren(dialog);
    this.#said.textContent = `Payment prompt: ${shillings(prompt.amount)} to ${prompt.business}, account ${prompt.reference}.`;
    // Somebody who types elsewhere keeps the keyboard.
    if (hadFocus || document.activeElement === document.body) pin.focus({ preventScroll: true });
  }

  /** Looking away: the prompt stays open until it times out, as on a real phone. */
  #ignore() {
    this.#overlay.replaceChildren();
    this.#said.textContent = "The prompt is left to time out.";
    this.#select.focus();
  }

  #tick() {
    this.#status.textContent = time(now()).slice(0, 5);
    const bar = this.#overlay.querySelector(".left i");
    const prompt = this.#prompt();
    if (!bar || !prompt) return;
    bar.style.transform = `scaleX(${Math.max(0, 1 - (now() - prompt.at) / state.promptTimeoutMs)})`;
  }

  #pick(number) {
    this.#number = number;
    this.#draw();
  }

  #toggleOther() {
    this.#other.hidden = !this.#other.hidden;
    if (!this.#other.hidden) this.#otherNumber.focus();
  }

  async #add(event) {
    event.preventDefault();
    const answer = await this.#do(`customers/${encodeURIComponent(this.#otherNumber.value)}/set`, {});
    if (!answer) return;
    this.#other.hidden = true;
    this.#otherNumber.value = "";
    this.#pick(answer.phone);
  }

  async #do(path, body) {
    this.#problem.textContent = "";
    try {
      return await act(path, body);
    } catch (error) {
      this.#problem.textContent = error.message;
      return undefined;
    }
  }

  #personForm() {
    const balance = h("input", { type: "number", min: 0, step: "0.01" });
    const pin = h("input", { type: "text", inputMode: "numeric", maxLength: 6 });
    const reachable = h("input", { type: "checkbox", checked: true });
    const registered = h("input", { type: "checkbox", checked: true });
    const habit = h(
      "select",
      {},
      h("option", { value: "" }, "by hand"),
      h("option", { value: "pay" }, "always pays"),
      h("option", { value: "cancel" }, "always cancels"),
      h("option", { value: "ignore" }, "never answers"),
    );
    const fill = () => {
      const customer = this.#customer;
      if (!customer) return;
      balance.value = String((state.accounts.get(`customer:${this.#number}`)?.balance ?? 0) / 100);
      pin.value = customer.pin;
      [reachable.checked, registered.checked] = [customer.reachable, customer.registered];
      habit.value = customer.habit ? (customer.habit.kind === "pin" ? "pay" : customer.habit.kind) : "";
    };
    const save = async (event) => {
      event.preventDefault();
      const details = {
        balance: Number(balance.value),
        pin: pin.value,
        reachable: reachable.checked,
        registered: registered.checked,
        pinLocked: false,
      };
      if (await this.#do(`customers/${this.#number}/set`, details))
        await this.#do(`customers/${this.#number}/always`, { habit: habit.value || null });
    };
    const form = h(
      "form",
      { onsubmit: save },
      h("label", { className: "field" }, "Balance, shillings", balance),
      h("label", { className: "field" }, "PIN", pin),
      h("label", { className: "field wide" }, "Answers prompts", habit),
      h("label", { className: "check" }, reachable, "phone is on"),
      h("label", { className: "check" }, registered, "has M-PESA"),
      h("button", { className: "button", type: "submit" }, "Save, and unlock the PIN"),
    );
    queueMicrotask(() => form.parentElement.addEventListener("toggle", fill));
    return form;
  }

  #payForm() {
    const shortCode = h("input", { type: "text", inputMode: "numeric", required: true, value: "600000" });
    const amount = h("input", { type: "number", min: 1, step: 1, required: true, value: "100" });
    const reference = h("input", { type: "text", maxLength: 20, value: "INV-1" });
    const pay = (event) => {
      event.preventDefault();
      this.#do(`customers/${this.#number}/pay`, {
        shortCode: shortCode.value,
        amount: Number(amount.value),
        reference: reference.value,
      });
    };
    return h(
      "form",
      { onsubmit: pay },
      h("label", { className: "field" }, "Pay bill or till", shortCode),
      h("label", { className: "field" }, "Amount", amount),
      h("label", { className: "field wide" }, "Account", reference),
      h("button", { className: "button", type: "submit" }, "Pay"),
    );
  }
}
customElements.define("sim-phone", Phone);
