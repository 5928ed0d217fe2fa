import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { CACHE as ENGINE_CACHE } from '@sparse-fanout/engine/layer-directory.ts';
import { NO_FUNCTIONS } from '#cli/options/functions-option.ts';
import type { OwnCode } from '#cli/options/own-code.ts';

/** The clone, or `dist/` of the package. */
const ROOT = join(import.meta.dirname, '../..');

/** `.ts` in a clone, `.js` in the package, where nothing else is written. */
const EXTENSION = extname(import.meta.filename);

const APP = `bin/local-app${EXTENSION}`;

const CACHE = EXTENSION === '.ts' ? join(ROOT, '.sparse-fanout') : join(ENGINE_CACHE, 'assemblies');

/** An older assembly may still be in use by a run that started with it; no run takes this long. */
const MAX_AGE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Everything that the synthesized template and the bundled handlers are made of. */
export const ASSEMBLY_SOURCES: readonly string[] = [
  'bin/local-app.{ts,js}',
  'bundles/**/*.mjs',
  '{lib,lambdas,tables,core,aws}/**/*.{ts,js,json}',
  'packages/engine/{src,layer}/**/*.{ts,js,json}',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/** The CDK app could not be synthesized; the message has the last line that it printed. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

async function hashSources({ functions, postgres = '' }: OwnCode): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  hash.update(JSON.stringify(digestsOf(functions.modules)));
  hash.update(postgres);
  const files = await Array.fromAsync(glob(ASSEMBLY_SOURCES, { cwd: ROOT }));
  for (const file of files.sort()) {
    hash.update(`\0${file}\0`).update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What `-c` gives to the app, by its names. */
export type AppContext = Readonly<Record<string, string>>;

/** Context that the CDK command line would give to the app: the feature flags of `cdk.json`. */
async function cdkContext(own: AppContext): Promise<string> {
  const config: unknown = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8'));
  const context = config !== null && typeof config === 'object' && 'context' in config;
  return JSON.stringify({ ...(context && Object(config.context)), ...own });
}

/** What the command line gives to the app. */
function contextOf({ functions, transforms, postgres }: OwnCode): AppContext {
  const files = functions.entries.map(([name, file]) => `${name}=${resolve(file)}`).join(',');
  return {
    ...(files !== '' && { functions: files }),
    ...(transforms !== undefined && { transforms }),
    ...(postgres !== undefined && { postgres }),
  };
}

/** Runs the CDK app as `cdk synth` does, without the time its command line takes to start. */
async function synthesize(
  directory: string,
  context: AppContext,
  signal: AbortSignal,
): Promise<void> {
  const CDK_CONTEXT_JSON = await cdkContext(context);
  const env = { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON };
  const app = spawn(process.execPath, [APP], {
    cwd: ROOT,
    env,
    signal,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  app.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    app.once('error', reject).once('close', resolve);
  });
  if (code === 0) return;
  const told = said.split('\n').filter((line) => /error/i.test(line));
  throw new SynthesisError(
    `the CDK app ended with exit code ${code} (${told[0]?.trim() ?? 'it said nothing'}); SPARSE_FANOUT_DEBUG=1 shows all of it`,
    { cause: new Error(said) },
  );
}

/** Removes assemblies of older states of the sources, unless a run may still use them. */
async function removeStale(): Promise<void> {
  const newest = Date.now() - MAX_AGE_MILLISECONDS;
  for await (const name of glob('assembly-*', { cwd: CACHE })) {
    const directory = join(CACHE, name);
    const made = await stat(directory).catch(() => undefined);
    if (made !== undefined && made.mtimeMs < newest) {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/**
 * The directory of the synthesized cloud assembly of this checkout. It is made once for each state
 * of the sources, the functions and the databases, and kept in `.sparse-fanout/`. Several processes
 * may make it at the same time.
 *
 * @throws {SynthesisError} the CDK app failed.
 */
export async function cloudAssembly(
  signal: AbortSignal,
  own: OwnCode = { functions: NO_FUNCTIONS },
): Promise<string> {
  const directory = join(CACHE, `assembly-${await hashSources(own)}`);
  const isMade = () => stat(join(directory, 'manifest.json')).then(Boolean, () => false);
  if (await isMade()) return directory;
  await mkdir(CACHE, { recursive: true });
  const draft = join(CACHE, `draft-${randomUUID()}`);
  try {
    await synthesize(draft, contextOf(own), signal);
    await removeStale();
    await rename(draft, directory).catch(async (error: unknown) => {
      if (!(await isMade())) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return directory;
}

/**
 * The directory of an assembly of this checkout with the functions of files for transforms. Nobody
 * knows what these files import, so it is made each time, and removed after a day.
 *
 * @throws {SynthesisError} the CDK app failed: a file cannot be bundled.
 */
export async function assemblyWith(context: AppContext, signal: AbortSignal): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const directory = join(CACHE, `assembly-${randomUUID()}`);
  await synthesize(directory, context, signal);
  await removeStale();
  return directory;
}

/**
 * The directory of an assembly of this checkout with the code of a user.
 *
 * @throws {SynthesisError} the CDK app failed: a file cannot be bundled.
 */
export async function assemblyOf(own: OwnCode, signal: AbortSignal): Promise<string> {
  if (own.transforms !== undefined) return await assemblyWith(contextOf(own), signal);
  return await cloudAssembly(signal, own);
}
