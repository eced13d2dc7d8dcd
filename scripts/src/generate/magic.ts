import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const packages = fileURLToPath(new URL("../../../packages", import.meta.url));

/** Makes the simulator's table of magic values from its source and the generated files on the disk; no build is needed. */
export async function generateMagic(): Promise<string> {
  const bundle = await rolldown({
    input: `${packages}/simulator/src/magic-table.ts`,
    treeshake: { moduleSideEffects: false },
    plugins: [
      {
        name: "sources",
        resolveId: (id) => {
          const [, entry] = /^@mpesa\/raw(?:\/(.+))?$/.exec(id) ?? [];
          if (!id.startsWith("@mpesa/raw")) return undefined;
          return `${packages}/raw/src/${entry === undefined ? "index" : `generated/${entry}`}.ts`;
        },
      },
    ],
    external: ["openapi-fetch", "valibot"],
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const url = `data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`;
  const { magicTable } = (await import(url)) as { readonly magicTable: () => string };
  return magicTable();
}
