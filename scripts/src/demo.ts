import { readCommandLine, runCommand, untilStopped } from "./command.ts";
import { takesColours } from "./demo/paper.ts";
import { runDemo } from "./demo/run.ts";
import { servePhone } from "./demo/serve-phone.ts";

await runCommand(async () => {
  const usage = "npx -y pnpm@12.21.0 demo --port 4010";
  const { port, flags } = readCommandLine(process.argv.slice(2), usage, ["open"]);
  const write = (line: string): void => console.log(line);
  if (flags.includes("open")) await servePhone({ port, write, until: untilStopped() });
  else await runDemo({ port, write, colours: takesColours(process.stdout, process.env) });
});
