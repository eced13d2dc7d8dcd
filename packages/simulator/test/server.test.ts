import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createSimulator, type StateFile } from "../src/index.ts";
import { openStateFile, startServer } from "../src/server/index.ts";
import { goodRequest } from "./support/daraja.ts";
import { cli, folder, launch, listening, post, run, state, tokenOf } from "./support/process.ts";

describe("mpesa-simulator", () => {
  it.each([
    [["--prot", "1"], /Unknown option '--prot'; --help lists the options/],
    [["--port", "-1"], /--port needs a value, and none begins with a dash; --help lists the options/],
    [["--allow-host", ""], /--allow-host needs a value/],
    [["--allow-host", "a b"], /--allow-host takes a host name, such as simulator, not "a b"/],
    [["--port", "many"], /--port takes a number from 0 to 65535, not "many"/],
    [["--port", "65536"], /--port takes a number/],
    [["--environment", "moon"], /--environment is sandbox or production/],
    [["--state", ""], /--state needs a value/],
    [["--state", "/nowhere/at/all.db"], /the state file \/nowhere\/at\/all.db cannot be used: /],
    [["extra"], /Unexpected argument 'extra'/],
  ])("says in a sentence what is wrong with %j, and exits with 1", async (args, sentence) => {
    const { code, stderr, stdout } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
  });

  it("says so when the port is taken", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => blocker.once("listening", resolve));
    const { port } = blocker.address() as AddressInfo;
    expect(await run("--port", String(port))).toMatchObject({
      code: 1,
      stderr: `mpesa-simulator: port ${port} is taken; stop what listens there, or choose another with --port\n`,
    });
    blocker.close();
  });

  it("says so when the state file is broken, of another program, of a newer version or in use", async () => {
    const [broken, foreign, newer, used] = ["broken", "foreign", "newer", "used"].map((name) =>
      join(folder, `${name}.db`),
    ) as [string, string, string, string];
    writeFileSync(broken, "this is no database, and has never been one");
    const other = new DatabaseSync(foreign);
    other.exec("CREATE TABLE mine (a)");
    other.close();
    (await openStateFile(newer)).close();
    const future = new DatabaseSync(newer);
    future.exec("PRAGMA user_version = 99");
    future.close();
    const open = await openStateFile(used);
    for (const [file, why] of [
      [broken, "file is not a database"],
      [foreign, "it belongs to another program"],
      [newer, "it was written by a newer simulator"],
      [used, "another simulator is using it"],
    ] as const) {
      expect(await run("--port", "0", "--state", file)).toMatchObject({
        code: 1,
        stderr: `mpesa-simulator: the state file ${file} cannot be used: ${why}\n`,
      });
    }
    open.close();
  });

  it.each([
    ["UPDATE records SET json = '{' WHERE name = 'accounts'", "Expected property name"],
    ["UPDATE records SET json = 'null' WHERE name = 'customers'", "it holds a record that is none"],
    ["DELETE FROM records WHERE name = 'meta'", "it is incomplete"],
    ["DELETE FROM records WHERE name = 'accounts' AND key = 'mpesa:issue'", "its money does not add up"],
    ["DELETE FROM records WHERE name = 'accounts' AND key = 'mpesa:fees'", "the account mpesa:fees is missing"],
    [
      "DELETE FROM records WHERE name = 'organisations' AND key = '600000'",
      "the account 600000:Working Account has no owner",
    ],
    ["DELETE FROM records WHERE name = 'customers'", "the account customer:254708374149 has no owner"],
    [
      "UPDATE records SET json = '{}' WHERE name = 'customers'",
      "its record 254708374149 of customers is not what it should be",
    ],
    [
      `INSERT INTO records VALUES ('jobs', '9', '{"id":"9","at":0,"kind":"explode","ref":"1"}')`,
      "it plans something that is unknown here",
    ],
    ["DROP TABLE records", "it is incomplete"],
    ["DROP TABLE records; CREATE TABLE records (a)", "has no column named name"],
  ])("says so when the state file was damaged: %s", async (damage, why) => {
    const file = join(folder, `damaged-${crypto.randomUUID()}.db`);
    await (await startServer({ port: 0, state: file })).close();
    const database = new DatabaseSync(file);
    database.exec(damage);
    database.close();
    await expect(startServer({ port: 0, state: file })).rejects.toThrow(
      new RegExp(`^the state file ${file} cannot be used: .*${why}`),
    );
  });

  it("says so when a page of the file was overwritten, though every row can be read", async () => {
    const file = join(folder, "overwritten.db");
    const server = await startServer({ port: 0, state: file });
    for (let at = 0; at < 200; at++) server.simulator.customer(`0712${String(at).padStart(6, "0")}`);
    await server.close();
    const database = new DatabaseSync(file);
    const { rootpage } = database
      .prepare("SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex%'")
      .get() as { rootpage: number };
    const { page_size: size } = database.prepare("PRAGMA page_size").get() as { page_size: number };
    database.close();
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.alloc(size, 7), 0, size, (rootpage - 1) * size);
    closeSync(handle);
    expect(await run("--port", "0", "--state", file)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^mpesa-simulator: the state file \S+ cannot be used: [^\n]*\n$/),
    });
  });

  it("ends with a sentence when the state file can no longer be written", async () => {
    const file = join(folder, "full.db");
    // Files of this process may hold no more than 192 KiB.
    const limited = `ulimit -f 192; exec "${process.execPath}" "${cli}" --port 0 --json --no-rate-limits --state "${file}"`;
    const { url, child } = await listening(spawn("bash", ["-c", limited]));
    const token = await tokenOf(url);
    let said = "";
    child.stderr?.on("data", (text) => {
      said += String(text);
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const answers: number[] = [];
    for (let at = 0; at < 500 && child.exitCode === null; at++) {
      const body = { ...goodRequest("b2cPaymentV3"), OriginatorConversationID: `full-${at}` };
      const answer = await post(url, token, "/mpesa/b2c/v3/paymentrequest", body).catch(() => undefined);
      answers.push(answer?.status ?? 0);
    }
    expect(await ended).toBe(1);
    expect(said).toMatch(/^mpesa-simulator: the state file \S+ cannot be used: [^\n]*\n$/);
    expect(answers[0]).toBe(200);
    expect(answers.filter((status) => status !== 200 && status !== 500 && status !== 0)).toEqual([]);
  });

  it("prints help, version and magic values", async () => {
    expect((await run("--help")).stdout).toContain("--port <number>");
    expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run("--magic")).stdout).toContain("254700001032");
  });

  it("writes a line of JSON for each request and callback, and stops at SIGTERM", async () => {
    const { url, child, lines } = await launch();
    const token = await tokenOf(url);
    await post(url, token, "/mpesa/stkpush/v1/processrequest", {
      ...goodRequest("stkPush"),
      PhoneNumber: "254700001032",
      CallBackURL: "http://127.0.0.1:9/nobody",
    });
    await expect.poll(() => lines.length).toBe(4);
    expect(lines.slice(1).map((line) => JSON.parse(line) as object)).toMatchObject([
      { event: "request", operation: "generateToken", status: 200 },
      { event: "request", operation: "stkPush", status: 200 },
      { event: "callback", operation: "stkPush", state: "failed" },
    ]);
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
  });
});

describe("a state file", () => {
  it("keeps money, prompts and tokens over a restart", async () => {
    const file = join(folder, "restart.db");
    const first = await launch("--state", file);
    const token = await tokenOf(first.url);
    await post(first.url, token, "/mpesa/stkpush/v1/processrequest", {
      ...goodRequest("stkPush"),
      CallBackURL: "http://127.0.0.1:9/nobody",
    });
    await post(first.url, token, "/mpesa/c2b/v2/simulate", {
      ...goodRequest("c2bSimulateV2"),
      Msisdn: "254722222222",
      Amount: 700,
    });
    await expect.poll(async () => (await state(first.url))["transactions"]?.length).toBe(1);
    first.child.kill("SIGTERM");
    await new Promise((resolve) => first.child.once("exit", resolve));
    const second = await launch("--state", file);
    const restored = await state(second.url);
    expect(restored["accounts"]?.find(({ id }) => id === "customer:254722222222")?.["balance"]).toBe(4_930_000);
    expect(restored["prompts"]).toMatchObject([{ resultCode: null }]);
    // The same phone is still busy, and the token still good.
    const again = await post(second.url, token, "/mpesa/stkpush/v1/processrequest", goodRequest("stkPush"));
    expect(await again.text()).toContain("Unable to lock subscriber");
    await fetch(`${second.url}/_simulator/customers/254712345678/pin`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await expect.poll(async () => (await state(second.url))["prompts"]?.[0]?.["resultCode"]).toBe("0");
  });

  it("is joined by who is new in the options, and keeps who is there as they are", async () => {
    const file = join(folder, "joined.db");
    const known = { phone: "0712345678", balance: 100 };
    const first = await startServer({ port: 0, state: file, customers: [known] });
    first.simulator.customer(known.phone).set({ balance: 40 });
    await first.close();
    const second = await startServer({
      port: 0,
      state: file,
      organisations: [{ shortCode: "600777", passkey: "p", balance: 9 }],
      customers: [known, { phone: "0799000000", balance: 7 }, { phone: "254708374149", balance: 1 }],
    });
    const { ledger, customer } = second.simulator;
    expect(ledger.balance("600777")).toBe(9);
    expect(["0712345678", "0799000000", "254708374149"].map((phone) => customer(phone).balance)).toEqual([
      40, 7, 50_000,
    ]);
    expect(ledger.total()).toBe(0);
    await second.close();
    const third = await startServer({ port: 0, state: file });
    expect(third.simulator.ledger.balance("600777")).toBe(9);
    await third.close();
  });

  it("that fails answers nothing as if it were safe, and says why: on a request, and after one that a timer brought", async () => {
    // Of the first round, so that the second one fails at the timer's own write, however soon that comes.
    let savesUntilAcknowledged = Number.POSITIVE_INFINITY;
    for (const by of ["request", "timer"]) {
      let broken = false;
      let saves = 0;
      const state: StateFile = {
        load: () => [],
        save: () => {
          saves += 1;
          if (broken || saves > savesUntilAcknowledged) throw new Error("the disk is full");
        },
        close: () => undefined,
      };
      const daraja = createSimulator({ state, clock: "real", delays: { promptMs: by === "timer" ? 5 : 600_000 } });
      const headers = { authorization: `Basic ${btoa("simulator-key:simulator-secret")}` };
      const ask = () =>
        daraja.fetch("https://daraja.test/oauth/v1/generate?grant_type=client_credentials", { headers });
      const { access_token: token } = (await (await ask()).json()) as { access_token: string };
      await daraja.fetch("https://daraja.test/mpesa/stkpush/v1/processrequest", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(goodRequest("stkPush")),
      });
      if (by === "timer") await expect.poll(() => saves).toBe(savesUntilAcknowledged + 1);
      else savesUntilAcknowledged = saves;
      broken = true;
      await expect(ask()).rejects.toThrow("the disk is full");
      await expect(daraja.settled()).rejects.toThrow("the disk is full");
      daraja.close();
    }
  });

  it("loses no acknowledged request to SIGKILL under load, and no money", async () => {
    const file = join(folder, "killed.db");
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const { url, child } = await launch("--state", file);
      const token = await tokenOf(url);
      let running = true;
      const worker = async (which: number): Promise<void> => {
        for (let at = 0; running; at++) {
          const body = {
            ...goodRequest("b2cPaymentV3"),
            OriginatorConversationID: `r${round}-${which}-${at}`,
            PartyB: "254712345678",
          };
          try {
            const answer = await post(url, token, "/mpesa/b2c/v3/paymentrequest", {
              ...body,
              ResultURL: "http://127.0.0.1:9/nobody",
            });
            acknowledged.push(((await answer.json()) as { ConversationID: string }).ConversationID);
          } catch {
            return;
          }
        }
      };
      const workers = [0, 1, 2, 3].map(worker);
      // By count, since machines differ in speed; the kill comes in the midst of what is under way.
      const enough = acknowledged.length + 30;
      await expect.poll(() => acknowledged.length, { interval: 5 }).toBeGreaterThanOrEqual(enough);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      running = false;
      await Promise.all([ended, ...workers]);
    }
    expect(acknowledged.length).toBeGreaterThan(100);
    const file2 = await openStateFile(file);
    const rows = [...file2.load()];
    file2.close();
    const known = new Set(rows.filter(({ table }) => table === "conversations").map(({ key }) => key));
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    const sum = rows
      .filter(({ table }) => table === "accounts")
      .reduce((total, { record }) => total + (record as { balance: number }).balance, 0);
    expect(sum).toBe(0);
  });
});

describe("the server", () => {
  it("cuts, stalls and answers as the faults say", async () => {
    const server = await startServer({ port: 0, rateLimits: false });
    const token = await tokenOf(server.url);
    const send = (signal?: AbortSignal) =>
      fetch(`${server.url}/mpesa/qrcode/v1/generate`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(goodRequest("qrGenerate")),
        ...(signal ? { signal } : {}),
      });
    server.simulator.next("qr", { fault: "reset" });
    await expect(send()).rejects.toMatchObject({ cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) } });
    server.simulator.next("qr", { fault: "stall" });
    const caller = new AbortController();
    const stalled = send(caller.signal);
    // One that gave up before the request had arrived would leave the fault to the next request.
    await expect.poll(() => server.simulator.requests.length).toBe(3);
    caller.abort();
    await expect(stalled).rejects.toMatchObject({ name: "AbortError" });
    server.simulator.next("qr", { fault: "html503" });
    const page = await send();
    expect([page.status, page.headers.get("content-type")]).toEqual([503, "text/html"]);
    expect((await send()).status).toBe(200);
    await server.close();
  });

  it("takes a PIN for what it is, and tells what cannot be set", async () => {
    const server = await startServer({ port: 0, clock: "virtual" });
    const press = async (action: string, body: unknown) => {
      const headers = { "content-type": "application/json" };
      const url = `${server.url}/_simulator/customers/254712345678/${action}`;
      return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).status;
    };
    const token = await tokenOf(server.url);
    await post(server.url, token, "/mpesa/stkpush/v1/processrequest", goodRequest("stkPush"));
    await server.simulator.advance(2_000);
    expect(await press("pin", { pin: 9999 })).toBe(200);
    expect((await state(server.url))["prompts"]).toMatchObject([{ resultCode: "2001" }]);
    expect(await press("set", { phone: "x" })).toBe(400);
    expect(await press("always", { habit: "sometimes" })).toBe(400);
    await server.close();
  });

  it("keeps its page's interface to its own page", async () => {
    const server = await startServer({ port: 0 });
    const path = `${server.url}/_simulator/customers/254712345678/pin`;
    const json = { "content-type": "application/json" };
    const statuses = [
      await fetch(path, { method: "POST", headers: { ...json, origin: "https://elsewhere.test" }, body: "{}" }),
      await fetch(path, { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" }),
      await fetch(path, { method: "POST", headers: { ...json, origin: server.url }, body: "{}" }),
      await fetch(`${server.url}/_simulator/customers/12/pin`, { method: "POST", headers: json, body: "{}" }),
      await fetch(`${server.url}/_page/../package.json`),
      await fetch(`${server.url}/`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 403, 200, 400, 404, 200]);
    await server.close();
  });

  it.each([
    ["0.0.0.0", /^http:\/\/127\.0\.0\.1:\d+$/],
    ["::", /^http:\/\/\[::1\]:\d+$/],
  ])(
    "that listens on all addresses (%s) names those that work, and its page's interface works there",
    async (host, url) => {
      const server = await startServer({ port: 0, host });
      expect(server.url).toMatch(url);
      const port = `:${server.port}`;
      for (const address of [...server.urls, `http://127.0.0.1${port}`, `http://localhost${port}`])
        expect((await fetch(`${address}/_simulator/state`)).status, address).toBe(200);
      expect(server.urls.join()).not.toMatch(/0\.0\.0\.0|\[::\]/);
      await server.close();
    },
  );

  it.each([
    [{ port: "80" }, "port must be a number from 0 to 65535"],
    [{ port: 70_000 }, "port must be a number from 0 to 65535, not 70000"],
    [{ allowedHosts: "simulator" }, "allowedHosts must be a list"],
    [{ allowedHosts: ["simulator", "a b"] }, 'allowedHosts[1] must be a host name, such as "shop.example"'],
    [{ allowedHosts: [4020] }, 'allowedHosts[0] must be a host name, such as "shop.example", not 4020'],
    [{ state: 5 }, "state must be the path of a file, not 5"],
    [{ prot: 1 }, 'there is no field "prot"'],
    [null, "the options must be an object, not null"],
  ])("refuses options that make no sense: %j", async (options, sentence) => {
    await expect(startServer(options as object)).rejects.toThrow(sentence);
  });

  it("follows no redirect of an endpoint", async () => {
    const paths: string[] = [];
    const endpoint = createHttpServer((request, response) => {
      paths.push(String(request.url));
      response.writeHead(307, { location: "/elsewhere" }).end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => endpoint.once("listening", resolve));
    const { port } = endpoint.address() as AddressInfo;
    const server = await startServer({ port: 0, delays: { promptMs: 1, processingMs: 1 } });
    server.simulator.customer("254712345678").always("pay");
    const push = { ...goodRequest("stkPush"), CallBackURL: `http://127.0.0.1:${port}/here` };
    await post(server.url, await tokenOf(server.url), "/mpesa/stkpush/v1/processrequest", push);
    await server.simulator.settled();
    expect(paths).toEqual(["/here"]);
    expect(server.simulator.callbacks[0]?.attempts[0]?.problem).toBe("redirects are not followed");
    await server.close();
    endpoint.close();
  });
});
