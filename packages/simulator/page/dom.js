/** Makes an element: properties by name, `on…` as listeners, children as nodes or text. Nothing is parsed as HTML. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/**
 * Gives a parent these children. One that looks as before stays the same element, so the keyboard, a screen reader and
 * the scrolling keep their place. Where the place itself is gone, the keyboard moves to the nearest that is left.
 *
 * @param otherwise where the keyboard goes when the parent has nothing to take it
 */
export function redraw(parent, fresh, otherwise) {
  const place = parent.contains(document.activeElement) ? document.activeElement : undefined;
  const before = [...parent.children];
  const at = before.findIndex((child) => child.contains(place));
  const stays = new Set(fresh);
  const spare = before.filter((old) => !stays.has(old));
  const wanted = fresh.map((node) => {
    if (node.parentNode === parent) return node;
    const same = spare.findIndex((old) => old.isEqualNode(node));
    return same < 0 ? node : spare.splice(same, 1)[0];
  });
  const kept = new Set(wanted);
  for (const child of before) if (!kept.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  if (!place || document.activeElement === place) return;
  const able = [...parent.querySelectorAll("button, summary, [tabindex]")];
  const near = parent.children[Math.min(at, parent.children.length - 1)];
  const next =
    able.find((one) => called(one) === called(place)) ??
    able.find((one) => near?.contains(one)) ??
    able[0] ??
    otherwise;
  next?.focus({ preventScroll: true });
}

const called = (element) => element.ariaLabel ?? element.textContent;

/** "Ksh 1,250.00", which no line break takes apart. */
export const shillings = (cents) =>
  `Ksh\u00a0${(cents / 100).toLocaleString("en-KE", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Africa/Nairobi",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
export const time = (at) => clock.format(at);

/** 0712 345 678 */
export const local = (phone) =>
  /^254\d{9}$/.test(phone) ? `0${phone.slice(3, 6)} ${phone.slice(6, 9)} ${phone.slice(9)}` : phone;

/** JSON with its keys, texts and numbers told apart by colour. */
export function json(value, name) {
  const box = h("pre", { tabIndex: 0, role: "group", ariaLabel: name });
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  let last = 0;
  for (const match of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?|true|false|null/g)) {
    box.append(text.slice(last, match.index));
    const kind = match[2] ? "key" : match[1] ? "text" : "number";
    box.append(h("span", { className: kind }, match[1] ?? match[0]), match[2] ?? "");
    last = match.index + match[0].length;
  }
  box.append(text.slice(last));
  return box;
}
