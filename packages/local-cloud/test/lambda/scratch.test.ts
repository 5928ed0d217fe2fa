import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionConfiguration } from '#local/lambda/function-configuration.ts';
import { functionEnvironment } from '#local/lambda/function-environment.ts';
import { LambdaHost } from '#local/lambda/lambda-host.ts';
import { Scratch } from '#local/lambda/scratch.ts';
import { functionIn } from './function-in.ts';

/** One bundle that does what its event says. */
const BUNDLE = `
import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const load = createRequire(import.meta.url);
const MIB = Buffer.alloc(1048576, 'x');
const own = (name) => join(tmpdir(), name);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fill = (name, mib) => { for (let n = 0; n < mib; n += 1) appendFileSync(own(name), MIB); };
const actions = {
  load: ({ name }) => Object.keys(load(name)),
  find: ({ name }) => load(name),
  tmp: () => tmpdir(),
  exit: () => process.exit(7),
  write: ({ path }) => writeFileSync(path, 'x'),
  keep: ({ name }) => { writeFileSync(own(name), 'x'); return readdirSync(tmpdir()); },
  fill: ({ name, mib }) => fill(name, mib),
  async creep() {
    for (let n = 0; n < 100; n += 1) { fill('creep-' + n, 1); await sleep(20); }
  },
  async recover() {
    let code;
    try { await actions.creep(); } catch (error) { code = error.code; }
    for (const name of readdirSync(tmpdir())) rmSync(own(name));
    await sleep(500);
    fill('again', 2);
    return code;
  },
};
export const handler = async (event) => actions[event.action](event);
`;

/** The native add-on of the database of the tables, for this machine. */
function addOn(): string {
  const fromLevel = createRequire(createRequire(import.meta.url).resolve('level'));
  const folder = dirname(fromLevel.resolve('classic-level/package.json'));
  const found = createRequire(fromLevel.resolve('classic-level')).resolve('node-gyp-build');
  return String(createRequire(import.meta.url)(found).path(folder));
}

let directory: string;
let host: LambdaHost;
const LINUX = process.platform === 'linux';

function configuration(
  name: string,
  overrides: Partial<FunctionConfiguration> = {},
): FunctionConfiguration {
  return functionIn(directory, name, overrides);
}

/** Writes a package that exports its own path. */
async function writePackage(folder: string, name: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'index.js'), 'module.exports = __filename;');
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scratch-'));
  await mkdir(join(directory, 'code'));
  await writeFile(join(directory, 'code', 'index.mjs'), BUNDLE);
  await writePackage(join(directory, 'layer/nodejs/node_modules'), 'both');
  await writePackage(join(directory, 'native'), 'both');
  await writePackage(join(directory, 'native'), 'native-only');
  await mkdir(join(directory, 'scratch/left-by-a-kill'), { recursive: true });
  host = new LambdaHost({
    functions: [
      configuration('closed'),
      ...['file', 'files', 'creeping', 'ends'].map((name) =>
        configuration(name, { ephemeralMegabytes: 8 }),
      ),
      configuration('open', { ephemeralMegabytes: 512 }),
      configuration('layered', {
        layerDirectories: [join(directory, 'layer')],
        ephemeralMegabytes: 512,
      }),
    ],
    environmentOf: (of) =>
      functionEnvironment(of, {
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' },
        endpoints: {},
        caFile: join(directory, 'ca.pem'),
        nativeModules: join(directory, 'native'),
      }),
    logDirectory: join(directory, 'logs'),
    scratchDirectory: join(directory, 'scratch'),
    concurrency: 4,
  });
});

afterAll(async () => {
  await host.close();
  await rm(directory, { recursive: true });
});

async function invoke(name: string, action: string, event: object = {}) {
  const result = await host.invoke(name, JSON.stringify({ action, ...event }));
  return { ...result, payload: JSON.parse(result.payload) };
}

describe('a function without layer and ephemeral storage', () => {
  it('loads no native code and finds no folder of packages', async () => {
    const loaded = await invoke('closed', 'load', { name: addOn() });
    expect(loaded.payload.errorMessage).toMatch(/native addons|ERR_DLOPEN_DISABLED|Cannot load/);
    const found = await invoke('closed', 'find', { name: 'native-only' });
    expect(found.payload.errorMessage).toMatch(/^Cannot find module 'native-only'/);
  });

  it('writes nowhere', async () => {
    const { payload: tmp } = await invoke('closed', 'tmp');
    for (const folder of [tmp, directory, join(directory, 'code'), join(directory, 'scratch')]) {
      const { payload } = await invoke('closed', 'write', { path: join(folder, 'kept') });
      expect(payload.errorMessage).toMatch(/restricted. Use --allow-fs-write/);
    }
  });
});

describe('a function with ephemeral storage', () => {
  it('loads native code', async () => {
    const { payload } = await invoke('open', 'load', { name: addOn() });
    expect(payload).toContain('db_open');
  });

  it('keeps files while it is warm, in a directory that it shares with nobody', async () => {
    expect((await invoke('open', 'keep', { name: 'a' })).payload).toEqual(['a']);
    expect((await invoke('open', 'keep', { name: 'b' })).payload).toEqual(['a', 'b']);
    const { payload: first } = await invoke('open', 'tmp');
    const { payload: other } = await invoke('ends', 'tmp');
    expect(first).not.toBe(other);
    for (const folder of [other, directory, join(directory, 'code'), dirname(first), tmpdir()]) {
      const { payload } = await invoke('open', 'write', { path: join(folder, 'kept') });
      expect(payload.errorMessage).toMatch(/restricted. Use --allow-fs-write/);
    }
  });

  it('has an empty one after its process has ended', async () => {
    const { payload: before } = await invoke('ends', 'tmp');
    expect((await invoke('ends', 'keep', { name: 'a' })).payload).toEqual(['a']);
    expect((await invoke('ends', 'exit')).payload.errorType).toBe('Runtime.ExitError');
    expect((await invoke('ends', 'keep', { name: 'b' })).payload).toEqual(['b']);
    expect(existsSync(before)).toBe(false);
  });

  it('finds nothing that a killed host left', async () => {
    expect(await readdir(join(directory, 'scratch'))).not.toContain('left-by-a-kill');
  });
});

describe('the bound of ephemeral storage', () => {
  it.runIf(LINUX)('stops a file that would grow past it', async () => {
    const { payload } = await invoke('file', 'fill', { name: 'large', mib: 9 });
    expect(payload.errorMessage).toMatch(/^EFBIG: file too large/);
  });

  it('fails an invocation that leaves more, and the next one begins with nothing', async () => {
    await invoke('files', 'fill', { name: 'one', mib: 5 });
    const { functionError, payload } = await invoke('files', 'fill', { name: 'two', mib: 5 });
    expect(functionError).toBe('Unhandled');
    expect(payload.errorMessage).toMatch(/^(ENOSPC: no space left on device|EFBIG)/);
    expect((await invoke('files', 'keep', { name: 'c' })).payload).toEqual(['c']);
  });

  it.runIf(LINUX)('stops many files together, and only until some are removed', async () => {
    const crept = await invoke('creeping', 'creep');
    expect(crept.payload.errorMessage).toMatch(/^EFBIG: file too large/);
    expect((await invoke('creeping', 'recover')).payload).toBe('EFBIG');
  });
});

describe('a function with a layer', () => {
  it('finds the packages of the layer, and behind them those of this machine', async () => {
    const both = await invoke('layered', 'find', { name: 'both' });
    expect(both.payload).toBe(join(directory, 'layer/nodejs/node_modules/both/index.js'));
    const native = await invoke('layered', 'find', { name: 'native-only' });
    expect(native.payload).toBe(join(directory, 'native/native-only/index.js'));
  });
});

describe('the look at the files of a function', () => {
  it('counts those of folders, and takes a folder that is gone for an empty one', async () => {
    const scratch = new Scratch(directory, 1);
    const folder = join(scratch.directory, 'table-a/slice');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'slice.csv'), Buffer.alloc(2 ** 21, 'x'));
    expect(scratch.failure()).toContain('ENOSPC');
    await rm(scratch.directory, { recursive: true });
    expect(scratch.failure()).toBeUndefined();
  });
});
