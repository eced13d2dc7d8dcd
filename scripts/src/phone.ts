import { readCommandLine, runCommand, untilStopped } from "./command.ts";
import { servePhone } from "./demo/serve-phone.ts";

await runCommand(async () => {
  const { port } = readCommandLine(process.argv.slice(2), "npx -y pnpm@12.21.0 phone --port 4020");
  await servePhone({ port, write: (line) => console.log(line), until: untilStopped() });
});
