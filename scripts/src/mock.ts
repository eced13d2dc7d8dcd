import { readCommandLine, runCommand, untilStopped } from "./command.ts";
import { startPrism } from "./prism.ts";

const DEFAULT_PORT = 4010;

await runCommand(async () => {
  const usage = "npx -y pnpm@12.21.0 mock --port 4010";
  const { port = DEFAULT_PORT } = readCommandLine(process.argv.slice(2), usage);
  const prism = await startPrism({ port, quiet: false });
  const stopped = untilStopped();
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
