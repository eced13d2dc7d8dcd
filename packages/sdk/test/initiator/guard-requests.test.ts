import { describe, expect, it } from "vitest";
import { REQUEST_LIFE_MS, RequestMemory } from "../../src/initiator/guard-state.ts";

const signer = { name: "testapi", credential: "f00d" };

describe("the memory of requests", () => {
  it("keeps the newest, and not more than its limit", () => {
    const memory = new RequestMemory();
    for (let nth = 0; nth < 50_000; nth++) memory.set(`id-${nth}`, { signer, sentAt: nth });
    expect(memory.get("id-0")).toBeUndefined();
    expect(memory.get("id-29999")).toBeUndefined();
    expect(memory.get("id-30000")).toEqual({ signer, sentAt: 30_000 });
    expect(memory.get("id-49999")).toEqual({ signer, sentAt: 49_999 });
  });

  it("forgets requests after a day", () => {
    const memory = new RequestMemory();
    memory.set("old", { signer, sentAt: 0 });
    memory.set("young", { signer, sentAt: 1 });
    memory.set("new", { signer, sentAt: REQUEST_LIFE_MS });
    expect([memory.get("old"), memory.get("young")?.sentAt]).toEqual([undefined, 1]);
  });
});
