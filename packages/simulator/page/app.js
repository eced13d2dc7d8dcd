import "./accounts.js";
import "./faults.js";
import "./phone.js";
import "./timeline.js";
import { h } from "./dom.js";
import { onChange, start, state } from "./store.js";

const link = document.getElementById("link");
const keys = document.getElementById("keys");

onChange(() => {
  const { consumerKey, consumerSecret, shortCode } = state.credentials;
  keys.replaceChildren(
    "base URL ",
    h("code", {}, location.origin),
    "  ·  key ",
    h("code", {}, consumerKey ?? ""),
    "  ·  secret ",
    h("code", {}, consumerSecret ?? ""),
    "  ·  short code ",
    h("code", {}, shortCode ?? ""),
    `  ·  ${state.environment} rules`,
  );
});

await start((live) => {
  const text = live ? "live" : "connection lost, trying again";
  link.classList.toggle("live", live);
  if (link.textContent !== text) link.textContent = text;
});
