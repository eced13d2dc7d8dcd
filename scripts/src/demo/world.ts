import { sandbox } from "@mpesa/raw/platform";
import type { MpesaOptions, TokenStore } from "@mpesa/sdk";
import { type ServerOptions, type SimulatorServer, startServer } from "@mpesa/simulator/server";

const password = "Invented-Passw0rd";

/** What must not be printed. */
export const secrets: readonly string[] = [sandbox.passkey, password];

/** Starts a Daraja with one shop in it. @throws Error with one sentence when the port is taken. */
export async function startDaraja(
  options: ServerOptions,
  start: typeof startServer = startServer,
): Promise<SimulatorServer> {
  const { shortCode, passkey, initiatorName } = sandbox;
  const shop = { shortCode, name: "Duka la Mfano", passkey, initiators: [{ name: initiatorName, password }] };
  try {
    return await start({ organisations: [shop], ...options });
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code !== "EADDRINUSE") throw error;
    const other = "stop that one, or choose another with --port";
    throw new Error(`Port ${options.port} is in use by another program: ${other}.`, { cause: error });
  }
}

/** How the shop's client is set up. */
export function clientOptions({ url, simulator }: SimulatorServer): MpesaOptions {
  const tokens = new Map<string, Awaited<ReturnType<TokenStore["get"]>>>();
  const { consumerKey, consumerSecret } = simulator.credentials;
  return {
    baseUrl: url,
    consumerKey,
    consumerSecret,
    shortCode: sandbox.shortCode,
    passkey: sandbox.passkey,
    initiator: { name: sandbox.initiatorName, password, key: simulator.publicKey },
    // One token for all clients of this process.
    tokenStore: { get: async (key) => tokens.get(key), set: async (key, token) => void tokens.set(key, token) },
  };
}
