import { readPort, runCommand } from "./command.ts";
import { takesColours } from "./demo/paper.ts";
import { runDemo } from "./demo/run.ts";

await runCommand(async () => {
  const port = readPort(process.argv.slice(2), "npx -y pnpm@12.21.0 demo --port 4010");
  await runDemo({ port, write: (line) => console.log(line), colours: takesColours(process.stdout, process.env) });
});
