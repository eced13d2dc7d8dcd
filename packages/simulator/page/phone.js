import { h, local, redraw, shillings, time } from "./dom.js";
import { PayForm, PersonForm } from "./person.js";
import { promptDialog, promptLine, showTimeLeft, timeLeft } from "./prompt.js";
import { act, now, onChange, state } from "./store.js";

/** Where the prompt lies over the page, as on a phone, instead of within the drawn one; as in prompt.css. */
const narrow = matchMedia("(max-width: 780px)");

/** A phone of one customer: SMS, and the prompt when there is one. */
class Phone extends HTMLElement {
  #number = "";
  /** A number that was asked for and that the server has still to tell about. */
  #expected = "";
  /** The prompt on the screen. */
  #shown = undefined;
  #inSight = true;
  /** Prompts by id: those that were seen to arrive, and those that somebody put aside. */
  #known = new Set();
  #aside = new Set();
  #status = h("div", { className: "status" });
  #owner = h("div", { className: "owner" });
  #inbox = h("ul", { className: "inbox", ariaLabel: "Messages", tabIndex: 0 });
  #overlay = h("div");
  #screen = h("div", { className: "screen", role: "group", tabIndex: -1 });
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
  #person = new PersonForm();
  #pay = new PayForm();
  #waitingText = h("p");
  #waitingLeft = timeLeft();
  #waitingButton = h("button", { className: "button main", type: "button", onclick: () => this.#takeUp() });
  /** An open prompt that is out of sight: put aside, of another phone, or beyond the edge of the window. */
  #waiting = h(
    "div",
    { className: "waiting", role: "group", ariaLabel: "Waiting prompt", hidden: true },
    this.#waitingText,
    this.#waitingButton,
    this.#waitingLeft,
  );
  #watch = new IntersectionObserver(
    ([entry]) => {
      this.#inSight = entry.intersectionRatio >= 0.9;
      this.#drawWaiting();
    },
    { threshold: 0.9 },
  );

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
      this.#problem,
      h("div", { className: "device" }, this.#screen),
      this.#said,
      this.#person.element,
      this.#pay.element,
      this.#waiting,
    );
    onChange(() => this.#draw());
    setInterval(() => this.#tick(), 250);
  }

  #open() {
    return [...state.prompts.values()].filter((one) => one.state === "shown");
  }

  #draw() {
    const open = this.#open();
    const arrived = open.filter(({ id }) => !this.#known.has(id)).at(-1);
    this.#known = new Set(open.map(({ id }) => id));
    this.#aside = new Set([...this.#aside].filter((id) => this.#known.has(id)));
    if (state.customers.has(this.#expected)) [this.#number, this.#expected] = [this.#expected, ""];
    if (arrived) this.#arrive(arrived);
    if (!state.customers.has(this.#number)) this.#number = [...state.customers.keys()].at(-1) ?? "";
    const customer = state.customers.get(this.#number);
    if (!customer) return;
    this.#drawChoice(new Set(open.map(({ phone }) => phone)));
    this.#screen.ariaLabel = `Screen of ${local(customer.phone)}`;
    this.#status.classList.toggle("off", !customer.reachable);
    const account = state.accounts.get(`customer:${this.#number}`);
    redraw(this.#owner, [
      h("small", {}, `${customer.name}${customer.reachable ? "" : " · out of range"}`),
      h("strong", {}, shillings(account?.balance ?? 0)),
      h("small", {}, `${local(customer.phone)} · PIN ${customer.pin}${customer.pinLocked ? " · locked" : ""}`),
    ]);
    this.#person.show(customer);
    this.#pay.show(customer);
    this.#drawInbox();
    this.#drawPrompt();
    this.#drawWaiting();
    this.#tick();
  }

  /** The phone that rings is the one to look at, unless somebody is busy with the one in hand. */
  #arrive(prompt) {
    this.#said.textContent = `Payment prompt on ${local(prompt.phone)}: ${promptLine(prompt)}.`;
    const answering = this.#shown?.phone === this.#number && state.prompts.get(this.#shown.id)?.state === "shown";
    if (!answering && !this.#person.edited && !this.#pay.edited) this.#number = prompt.phone;
    // Over the page it would cover what is being typed.
    if (narrow.matches && !this.#mayTakeFocus() && document.activeElement.matches("input, select, textarea"))
      this.#aside.add(prompt.id);
  }

  /** Nobody has a place elsewhere to lose. */
  #mayTakeFocus() {
    const { activeElement } = document;
    return !activeElement || activeElement === document.body || this.#screen.contains(activeElement);
  }

  #drawChoice(ringing) {
    const known = new Map([...this.#select.options].map((option) => [option.value, option]));
    for (const { phone, name } of state.customers.values()) {
      const option = known.get(phone) ?? this.#select.appendChild(h("option", { value: phone }));
      known.delete(phone);
      const text = `${local(phone)} · ${name}${ringing.has(phone) ? " · ringing" : ""}`;
      if (option.textContent !== text) option.textContent = text;
    }
    for (const option of known.values()) option.remove();
    this.#select.value = this.#number;
  }

  #drawInbox() {
    const mine = [...state.messages.values()]
      .filter(({ phone }) => phone === this.#number)
      .slice(-30)
      .reverse();
    const items = mine.map(({ id, at, text }) =>
      h("li", { id: `sms-${id}` }, h("time", {}, h("span", {}, "M-PESA"), h("span", {}, time(at))), text),
    );
    const none = h("li", { className: "none" }, "No messages yet. Push a payment to this number.");
    redraw(this.#inbox, items.length > 0 ? items : [none]);
  }

  #drawPrompt() {
    const prompt = this.#open().find(({ id, phone }) => phone === this.#number && !this.#aside.has(id));
    if (prompt?.id === this.#shown?.id) return;
    const mayTakeFocus = this.#mayTakeFocus();
    const hadFocus = this.#overlay.contains(document.activeElement);
    const over = this.#shown && state.prompts.get(this.#shown.id)?.state !== "shown";
    this.#shown = prompt;
    this.#watch.disconnect();
    document.documentElement.classList.toggle("prompted", Boolean(prompt));
    if (!prompt) {
      this.#overlay.replaceChildren();
      if (over) this.#said.textContent = "The prompt is over.";
      if (hadFocus) this.#screen.focus({ preventScroll: true });
      return;
    }
    const dialog = promptDialog(prompt, () => this.#ignore(prompt));
    this.#overlay.replaceChildren(dialog);
    this.#inSight = true;
    // A prompt that cannot be answered where it is may as well be out of sight.
    this.#watch.observe(dialog.querySelector(".foot"));
    if (mayTakeFocus) this.#lookAt();
  }

  #lookAt() {
    for (const part of this.#overlay.querySelectorAll(".prompt, .foot")) part.scrollIntoView({ block: "nearest" });
    this.#overlay.querySelector("#pin")?.focus({ preventScroll: true });
  }

  /** Looking away: the prompt stays open until it times out, as on a real phone. */
  #ignore(prompt) {
    this.#aside.add(prompt.id);
    this.#draw();
    this.#said.textContent = "The prompt is put aside. It stays open until it times out.";
    this.#waitingButton.focus({ preventScroll: true });
  }

  #nextWaiting() {
    const hidden = this.#open().filter(({ id }) => id !== this.#shown?.id || !this.#inSight);
    return hidden.find(({ phone }) => phone === this.#number) ?? hidden.at(-1);
  }

  #drawWaiting() {
    const prompt = this.#nextWaiting();
    const hadFocus = this.#waiting.contains(document.activeElement);
    this.#waiting.hidden = !prompt;
    if (prompt) {
      redraw(this.#waitingText, [h("strong", {}, `${local(prompt.phone)} rings`), h("span", {}, promptLine(prompt))]);
      this.#waitingButton.textContent = "Take it up";
    } else if (hadFocus) this.#screen.focus({ preventScroll: true });
  }

  #takeUp() {
    const prompt = this.#nextWaiting();
    if (prompt) this.#pick(prompt.phone);
    this.#lookAt();
  }

  #tick() {
    this.#status.textContent = time(now()).slice(0, 5);
    const bar = this.#overlay.querySelector(".left");
    if (bar && this.#shown) showTimeLeft(bar, this.#shown);
    const waiting = this.#nextWaiting();
    if (waiting) showTimeLeft(this.#waitingLeft, waiting);
  }

  /** Whoever takes a phone into the hand sees what is on it. */
  #pick(number) {
    [this.#number, this.#expected] = [number, ""];
    for (const { id, phone } of this.#open()) if (phone === number) this.#aside.delete(id);
    this.#draw();
  }

  #toggleOther() {
    this.#other.hidden = !this.#other.hidden;
    if (!this.#other.hidden) this.#otherNumber.focus();
  }

  async #add(event) {
    event.preventDefault();
    this.#problem.textContent = "";
    try {
      const { phone } = await act(`customers/${encodeURIComponent(this.#otherNumber.value)}/set`);
      this.#other.hidden = true;
      this.#otherNumber.value = "";
      this.#expected = phone;
      this.#draw();
      this.#select.focus();
    } catch (error) {
      this.#problem.textContent = error.message;
    }
  }
}
customElements.define("sim-phone", Phone);
