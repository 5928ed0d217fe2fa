import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchLayer } from '@sparse-fanout/engine/fetch-layer.ts';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fetch-layer-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** An npm without network that has nothing in its cache. */
function alone(): NodeJS.ProcessEnv {
  const own = { npm_config_cache: join(directory, 'npm'), npm_config_offline: 'true' };
  const { PATH, HOME, npm_execpath, npm_node_execpath } = process.env;
  return { PATH, HOME, npm_execpath, npm_node_execpath, ...own };
}

it('does nothing where the layer is there, and needs neither npm nor network for that', () => {
  fetchLayer(layerDirectory(), { PATH: '' });
  const script = join(import.meta.dirname, '../../tools/fetch-layer.ts');
  const ran = spawnSync(process.execPath, [script], { env: { PATH: '' }, encoding: 'utf8' });
  expect([ran.status, ran.stderr, ran.stdout]).toEqual([0, '', '']);
});

it('leaves nothing where it cannot fetch', async () => {
  const target = join(directory, 'cache', 'layer-1');
  expect(() => fetchLayer(target, alone())).toThrow(
    /^npm could not fetch the layer of the engine: .*ENOTCACHED/s,
  );
  expect(await readdir(join(directory, 'cache'))).toEqual([]);
});

it.each([{ npm_command: 'pack' }, { npm_command: 'publish' }, { _PACOTE_NO_PREPARE_: 'x' }])(
  'fetches nothing for %j',
  (env) => {
    const script = `await import('./tools/fetch-layer.ts')`;
    const flags = ['--input-type=module', '--eval', script];
    const cwd = join(import.meta.dirname, '../..');
    const ran = spawnSync(process.execPath, flags, { cwd, env, encoding: 'utf8' });
    expect([ran.status, ran.stderr]).toEqual([0, '']);
  },
);
