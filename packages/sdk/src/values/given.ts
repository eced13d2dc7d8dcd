/** A call's parameters; JavaScript may pass none, and then hears of everything that is missing. */
export function given<T extends object>(params: T): T {
  return typeof params === "object" && params !== null ? params : ({} as T);
}
