import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { main } from 'assemblyscript/asc';

/**
 * Folders of the modules: each is made from `assembly/*.as` and stored in `kernel-bytes.ts`. What
 * several of them use lies in the folder `wasm` beside theirs.
 */
const FOLDERS = [
  'core/outputs/csv/wasm',
  'core/containers/deflate/wasm',
  'core/tables/text/csv/wasm',
  'core/tables/text/jsonl/wasm',
  'core/tables/text/columns/wasm',
  'core/tables/text/copy/wasm',
].map((folder) => path.join(import.meta.dirname, '..', folder));

/**
 * Bulk memory and sign extension are on by default. The runtime is `stub`, because the modules
 * never allocate.
 */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

/**
 * The compiler asks for `.ts` files. Ours are `.as`, so that no TypeScript tool treats them as its
 * own.
 */
async function readSource(folder: string, name: string): Promise<string | null> {
  if (name.startsWith('node_modules') || !name.endsWith('.ts')) return null;
  const file = path.join('assembly', name.replace(/\.ts$/, '.as'));
  for (const one of [folder, path.join(folder, '../../wasm')]) {
    const text = await readFile(path.join(one, file), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return null;
}

async function compile(folder: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const args = ['kernel.ts', '--outFile', 'kernel.wasm', ...OPTIONS];
  const { error, stderr } = await main(args, {
    readFile: (name) => readSource(folder, name),
    writeFile: (_name, contents) => {
      binary = Buffer.from(contents);
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(stderr.toString(), { cause: error });
  return binary;
}

function moduleText(binary: Uint8Array): string {
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,94}/g)!
    .map((line) => `  '${line}'`)
    .join(' +\n');
  return `/** The WebAssembly module in base64; \`npm run build:wasm\` makes it from \`assembly/*.as\`. */\nexport const KERNEL_BYTES =\n${lines};\n`;
}

/** Builds the WebAssembly modules; with `--check` it only compares them with the committed ones. */
for (const folder of FOLDERS) {
  const file = path.join(folder, 'kernel-bytes.ts');
  const text = moduleText(await compile(folder));
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
  } else if ((await readFile(file, 'utf8')) !== text) {
    process.stderr.write(`${file} is not what its sources compile to: npm run build:wasm\n`);
    process.exitCode = 1;
  }
}
