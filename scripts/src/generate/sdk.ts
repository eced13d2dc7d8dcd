import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type InterfaceDeclaration, type ObjectLiteralExpression, Project, SyntaxKind } from "ts-morph";
import { banner } from "./text.ts";

const BEGIN = "<!-- Options: written by `pnpm generate` from src/options.ts. -->";
const END = "<!-- End of the options. -->";

/**
 * Makes the generated files of the SDK, without writing any: its version, and its README's table of options.
 *
 * @returns contents by path from the package's folder
 * @throws Error when README or table have lost what the generator looks for
 */
export function generateSdk(folder: string): ReadonlyMap<string, string> {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const source = new Project({ skipAddingFilesFromTsConfig: true }).addSourceFileAtPath(join(folder, "src/options.ts"));
  const table = source.getVariableDeclarationOrThrow("optionTable").getInitializerOrThrow();
  const rows = optionRows(
    source.getInterfaceOrThrow("MpesaOptions"),
    table.asKindOrThrow(SyntaxKind.ObjectLiteralExpression),
  );
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const [before, rest] = splitOnce(readme, BEGIN);
  const [, after] = splitOnce(rest, END);
  return new Map([
    [
      "src/generated/version.ts",
      `${banner("package.json")}\n/** The version of this package. */\nexport const version = ${JSON.stringify(version)};\n`,
    ],
    ["README.md", `${before}${BEGIN}\n${rows.join("\n")}\n${END}${after}`],
  ]);
}

/** What the README says about each option: the first sentence of its JSDoc, its default, and what the table knows. */
function optionRows(documentation: InterfaceDeclaration, table: ObjectLiteralExpression): string[] {
  const rows = documentation.getProperties().map((option) => {
    const name = option.getName();
    const [doc] = option.getJsDocs();
    const [meaning] =
      doc
        ?.getDescription()
        .trim()
        .replaceAll(/\s+/g, " ")
        .split(/(?<=\.)(?= |$)/) ?? [];
    if (!meaning) throw new Error(`${name} of MpesaOptions has no JSDoc`);
    const known = table.getPropertyOrThrow(name).getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression);
    const variables = known.getProperty("env")?.getDescendantsOfKind(SyntaxKind.StringLiteral) ?? [];
    const standard =
      doc
        ?.getTags()
        .find((tag) => tag.getTagName() === "default")
        ?.getCommentText()
        ?.trim() ?? "";
    const cells = [
      `\`${name}\``,
      known.getProperty("isSecret") ? `${meaning} Secret.` : meaning,
      /^[a-z']+ /i.test(standard) ? standard : standard && `\`${standard}\``,
      variables.map((one) => `\`${one.getLiteralValue()}\``).join(", "),
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| option | meaning | default | environment variable |", "|---|---|---|---|", ...rows];
}

function splitOnce(text: string, mark: string): [before: string, after: string] {
  const parts = text.split(mark);
  if (parts.length !== 2) throw new Error(`README.md must contain this line once: ${mark}`);
  return parts as [string, string];
}
