import "./accounts.js";
import "./faults.js";
import "./phone.js";
import "./timeline.js";
import { h, redraw } from "./dom.js";
import { onChange, start, state } from "./store.js";

const link = document.getElementById("link");
const keys = document.getElementById("keys");
const problem = document.getElementById("problem");
const connection = document.getElementById("connection");

/** What a client is set up with; each can be taken along. */
function key(name, value) {
  const text = h("code", {}, value);
  const copied = h("span", { className: "hidden", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      button.classList.add("done");
      copied.textContent = `The ${name} is copied.`;
      setTimeout(() => {
        button.classList.remove("done");
        copied.textContent = "";
      }, 1_500);
    } catch {
      // Only a page at localhost or over https may write to the clipboard: then the text is selected, to be copied by hand.
      getSelection().selectAllChildren(text);
      copied.textContent = `The ${name} is selected.`;
    }
  };
  const button = h("button", { className: "copy", type: "button", ariaLabel: `Copy the ${name}`, onclick: copy });
  return h("li", { title: `${name}: ${value}` }, h("span", {}, name), text, button, copied);
}

let drawn = "";
onChange(() => {
  const { consumerKey = "", consumerSecret = "", shortCode = "", passkey = "" } = state.credentials;
  const wanted = JSON.stringify([state.credentials, state.environment]);
  if (drawn === wanted) return;
  drawn = wanted;
  redraw(keys, [
    key("base URL", location.origin),
    key("key", consumerKey),
    key("secret", consumerSecret),
    key("short code", shortCode),
    key("passkey", passkey),
    h("li", {}, h("span", {}, `${state.environment} rules`)),
  ]);
});

// On a phone's width there is no room for it above the phone.
const wide = matchMedia("(min-width: 781px)");
const unfold = () => {
  connection.open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();

const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
await start(({ live, problem: sentence = "" }) => {
  link.classList.toggle("live", live);
  say(link, live ? "live" : sentence ? "not connected" : "connection lost, trying again");
  say(problem, sentence);
});
