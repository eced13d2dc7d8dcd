import { readPort, runCommand } from "./command.ts";
import { startPrism } from "./prism.ts";

const DEFAULT_PORT = 4010;

await runCommand(async () => {
  const port = readPort(process.argv.slice(2), "npx -y pnpm@12.21.0 mock --port 4010") ?? DEFAULT_PORT;
  const prism = await startPrism({ port, quiet: false });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  console.log(`
A mock of Daraja answers on ${prism.url} with the examples of spec/openapi.yml.
  From the SDK:  new Mpesa({ baseUrl: "${prism.url}", consumerKey: "any", consumerSecret: "any", … })
  By hand:       curl -u any:any "${prism.url}/oauth/v1/generate?grant_type=client_credentials"
It checks requests, posts callbacks to the URLs in them, and knows no state. Ctrl-C ends it.
`);
  try {
    await Promise.race([stopped, prism.crashed]);
    console.log("\nThe mock has ended.");
  } finally {
    await prism.close();
  }
});
