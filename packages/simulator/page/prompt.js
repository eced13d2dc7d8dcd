import { h, shillings } from "./dom.js";
import { act, now, state } from "./store.js";

/** "Ksh 1,250.00 to Daraja-Sandbox, account INV-1042" */
export const promptLine = ({ amount, business, reference }) =>
  `${shillings(amount)} to ${business}, account ${reference}`;

/** How much of its time a prompt has left, as a bar. */
export function timeLeft() {
  return h("div", { className: "left", ariaHidden: "true" }, h("i"));
}
export function showTimeLeft(bar, prompt) {
  const left = Math.max(0, 1 - (now() - prompt.at) / state.promptTimeoutMs);
  bar.firstElementChild.style.transform = `scaleX(${left})`;
}

/** The prompt as a phone shows it. It goes by itself when the server says that it is over. */
export function promptDialog(prompt, ignore) {
  const pin = h("input", {
    id: "pin",
    type: "password",
    // The digits are on the sheet: a phone's own keyboard would cover it.
    inputMode: "none",
    autocomplete: "off",
    maxLength: 6,
    pattern: "[0-9]*",
    required: true,
  });
  const type = (digit) => {
    pin.value = digit === "" ? pin.value.slice(0, -1) : (pin.value + digit).slice(0, 6);
  };
  const key = (digit, name = `Digit ${digit}`) =>
    h("button", { type: "button", ariaLabel: name, onclick: () => type(digit) }, digit === "" ? "⌫" : digit);
  const problem = h("p", { className: "problem", role: "alert" });
  let sent = false;
  const send = async (action, body) => {
    // A second tap would be taken for an answer to the next prompt.
    if (sent) return;
    sent = true;
    problem.textContent = "";
    try {
      await act(`customers/${prompt.phone}/${action}`, { ...body, prompt: prompt.id });
    } catch (error) {
      problem.textContent = error.message;
      sent = false;
    }
  };
  const submit = (event) => {
    event.preventDefault();
    send("pin", { pin: pin.value });
  };
  const amount = h("p", { className: "amount" }, shillings(prompt.amount));
  amount.style.setProperty("--characters", amount.textContent.length);
  const sheet = h(
    "form",
    { className: "sheet", onsubmit: submit },
    h("h3", { id: "prompt-title" }, "Do you want to pay"),
    h(
      "div",
      { id: "prompt-what" },
      amount,
      h("p", { className: "to" }, `to ${prompt.business}`),
      h("p", { className: "account" }, `Account ${prompt.reference}`),
    ),
    timeLeft(),
    h("div", { className: "pin" }, h("label", { htmlFor: "pin" }, "M-PESA PIN"), pin),
    h(
      "div",
      { className: "pad", role: "group", ariaLabel: "Digits" },
      ..."123456789".split("").map((digit) => key(digit)),
      h("span"),
      key("0"),
      key("", "Delete digit"),
    ),
    problem,
    h(
      "div",
      { className: "acts" },
      h("button", { className: "button pay", type: "submit" }, "Pay"),
      h("button", { className: "button", type: "button", onclick: () => send("cancel") }, "Cancel"),
      h("button", { className: "button", type: "button", onclick: ignore }, "Ignore"),
    ),
  );
  const dialog = h(
    "div",
    {
      className: "prompt",
      role: "dialog",
      "aria-modal": "false",
      "aria-labelledby": "prompt-title",
      "aria-describedby": "prompt-what",
    },
    sheet,
    // Where the buttons come to rest, to tell whether they are in sight while the sheet still moves.
    h("div", { className: "foot" }),
  );
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && send("cancel"));
  return dialog;
}
