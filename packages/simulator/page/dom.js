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

export const shillings = (cents) =>
  `Ksh ${(cents / 100).toLocaleString("en-KE", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

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
