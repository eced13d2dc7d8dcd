import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SimulatorServer, startServer } from "../src/server/index.ts";
import { exampleRequests, goodRequest } from "./support/daraja.ts";

/** Prism between client and simulator: it names whatever the spec does not allow, in either direction. */
const prism = createRequire(new URL("../../../scripts/package.json", import.meta.url)).resolve("@stoplight/prism-cli");
const spec = fileURLToPath(new URL("../../../spec/openapi.yml", import.meta.url));
const posts = (Object.values(operationTable) as readonly OperationInfo[]).filter(({ method }) => method === "POST");

describe("behind Prism's proxy", () => {
  let server: SimulatorServer;
  let child: ReturnType<typeof spawn>;
  let url = "";
  let token = "";

  beforeAll(async () => {
    server = await startServer({ port: 0, rateLimits: false, delays: { resultMs: 1, promptMs: 1, processingMs: 1 } });
    child = spawn(process.execPath, [prism, "proxy", spec, server.url, "--host", "127.0.0.1", "--port", "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    url = await new Promise((resolve, reject) => {
      let log = "";
      child.once("exit", (code) => reject(new Error(`Prism ended with ${code}: ${log}`)));
      child.stdout?.on("data", (part) => {
        log += String(part);
        const address = /listening on (http:\/\/[\w.:]+)/.exec(log)?.[1];
        if (address) resolve(address);
      });
    });
    const headers = { authorization: `Basic ${btoa("simulator-key:simulator-secret")}` };
    const answer = await fetch(`${url}/oauth/v1/generate?grant_type=client_credentials`, { headers });
    expect(answer.headers.get("sl-violations")).toBeNull();
    token = ((await answer.json()) as { access_token: string }).access_token;
  });
  afterAll(async () => {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
    await server.close();
  });

  const send = async (id: OperationId, body: unknown, bearer = token) => {
    const answer = await fetch(`${url}${operationTable[id].path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const violations = JSON.parse(answer.headers.get("sl-violations") ?? "[]") as {
      location: string[];
      message: string;
    }[];
    return { status: answer.status, text: await answer.text(), violations };
  };

  it.each(posts.map(({ id }) => id))("%s keeps to the spec, accepted, refused and broken", async (id) => {
    for (const example of exampleRequests(id)) expect((await send(id, example)).violations).toEqual([]);
    const good = goodRequest(id);
    expect((await send(id, good, "nobody")).violations).toEqual([]);
    for (const fault of ["html503", "html403", "spikeArrest", "gatewayTimeout"] as const) {
      server.simulator.next(id, { fault });
      expect((await send(id, good)).violations, fault).toEqual([]);
    }
    for (const errorCode of [
      "500.001.1001",
      "500.003.02",
      "500.003.03",
      "500.003.1001",
      "400.002.05",
      "steps.servicecallout.ExecutionFailed",
    ]) {
      server.simulator.next(id, { errorCode });
      expect((await send(id, good)).violations, errorCode).toEqual([]);
    }
    for (const field of Object.keys(good)) {
      const { status, violations } = await send(id, { ...good, [field]: [] });
      expect(status, field).toBe(400);
      expect(
        violations.filter(({ location }) => location[0] === "response"),
        field,
      ).toEqual([]);
    }
  });

  it("would notice", async () => {
    const { violations } = await send("stkPush", { ...goodRequest("stkPush"), Amount: "a lot" });
    expect(JSON.stringify(violations)).toContain("Amount");
  });
});
