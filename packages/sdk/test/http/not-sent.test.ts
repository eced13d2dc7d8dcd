import { describe, expect, test } from "vitest";
import { whyNotSent } from "../../src/http/not-sent.ts";

const failed = (cause: unknown): TypeError => new TypeError("fetch failed", { cause });
const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe("a failed fetch is provably unsent", () => {
  test.each([
    ["Node, refused", failed(coded("ECONNREFUSED"))],
    ["Node, unknown host", failed(coded("ENOTFOUND"))],
    ["Node, both addresses refused", failed(new AggregateError([coded("ECONNREFUSED"), coded("EHOSTUNREACH")]))],
    ["Node, unreachable", failed(Object.assign(coded("EHOSTUNREACH"), { syscall: "connect" }))],
    ["Node, no connection in time", failed(coded("UND_ERR_CONNECT_TIMEOUT"))],
    ["Node, foreign certificate", failed(coded("ERR_TLS_CERT_ALTNAME_INVALID"))],
    ["Node, a port that fetch refuses", failed(new Error("bad port"))],
    ["Bun, refused", coded("ConnectionRefused")],
    [
      "Deno, refused",
      new TypeError("error sending request for url (http://x/): client error (Connect): tcp connect error"),
    ],
  ])("%s", (_, error) => expect(whyNotSent(error)).toEqual(expect.any(String)));
});

describe("a sender that knows that it wrote nothing", () => {
  const notSent = (cause?: unknown): Error =>
    Object.assign(new Error("no connection was made", { cause }), { code: "MPESA_NOT_SENT" });

  test("is believed for the reason in its message", () => {
    expect(whyNotSent(notSent())).toBe("no connection was made");
    expect(whyNotSent(failed(notSent(coded("ECONNRESET"))))).toBe("no connection was made");
  });

  test("is believed for the reason of its cause, which says more", () => {
    expect(whyNotSent(notSent(coded("ECONNREFUSED")))).toBe("the connection was refused");
  });
});

describe("nothing proves that it was not sent", () => {
  test.each([
    ["a reset", failed(coded("ECONNRESET"))],
    ["a broken pipe", failed(coded("EPIPE"))],
    ["the other side closed", failed(coded("UND_ERR_SOCKET", "other side closed"))],
    ["one of two addresses took it", failed(new AggregateError([coded("ECONNREFUSED"), coded("ECONNRESET")]))],
    ["no address at all in the list", failed(new AggregateError([]))],
    ["the host vanished under an open connection", failed(Object.assign(coded("EHOSTUNREACH"), { syscall: "read" }))],
    ["a browser's bare error", new TypeError("Failed to fetch")],
    ["Bun, closed", coded("ConnectionClosed")],
    ["a code that is a key of every object", failed(coded("constructor"))],
    ["a text", "ECONNREFUSED"],
    ["nothing", undefined],
  ])("%s", (_, error) => expect(whyNotSent(error)).toBeUndefined());

  test("an error that is its own cause ends", () => {
    const loop: { cause?: unknown } = {};
    loop.cause = loop;
    expect(whyNotSent(loop)).toBeUndefined();
  });
});
