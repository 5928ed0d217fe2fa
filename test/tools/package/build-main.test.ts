import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { buildMain } from '#tools/package/build-main.ts';
import type { Compiled } from '#tools/package/compile-modules.ts';
import { SourceTree } from '#tools/package/source-tree.ts';
import cdk from '../../../cdk.json' with { type: 'json' };
import manifest from '../../../package.json' with { type: 'json' };

const ROOT = path.join(import.meta.dirname, '../../..');

/** In the root as `dist/` is, so that packages are found, and assemblies as deep as `cdk.out`. */
const scratch = mkdtempSync(path.join(ROOT, '.dist-'));
const built = path.join(scratch, 'package/dist');
const cache = mkdtempSync(path.join(tmpdir(), 'package-cache-'));

let compiled: Compiled;

beforeAll(async () => {
  compiled = await buildMain(new SourceTree(ROOT), built);
  mkdirSync(path.join(cache, 'sparse-fanout'));
  const layer = layerDirectory();
  symlinkSync(layer, path.join(cache, 'sparse-fanout', path.basename(layer)));
}, patience(60_000));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  rmSync(cache, { recursive: true });
});

/** Name of the package that a specifier leads to. */
const packageOf = (specifier: string) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** The template of the stack of an app, with the databases that bring all functions. */
function templateOf(app: string): unknown {
  const outdir = mkdtempSync(path.join(ROOT, '.dist-'));
  try {
    const postgres = JSON.stringify({ main: { secretName: 'main' } });
    const CDK_CONTEXT_JSON = JSON.stringify({ ...cdk.context, postgres });
    const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON, XDG_CACHE_HOME: cache };
    const { status, stderr } = spawnSync(process.execPath, [app], { env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return JSON.parse(readFileSync(path.join(outdir, 'SparseFanout.template.json'), 'utf8'));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe('the package', () => {
  it('needs what its manifest lists, and nothing else', () => {
    const { dependencies, peerDependencies } = manifest;
    const used = new Set(
      compiled.packages.filter((name) => !name.startsWith('node:')).map(packageOf),
    );
    // Loaded by `require`, out of sight of a bundler.
    used.add('@duckdb/node-api');
    const listed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    expect([...used].sort()).toEqual(listed.sort());
  });

  it('has no tests, benches or sources, and runs nothing when it is installed', () => {
    const { scripts, files } = manifest;
    expect(files).toEqual(['bin/sparse-fanout.cjs', 'dist', 'CHANGELOG.md']);
    for (const event of ['preinstall', 'install', 'postinstall']) {
      expect(Object.keys(scripts)).not.toContain(event);
    }
    const folders = new Set(compiled.files.map((file) => file.split('/')[0]));
    expect([...folders].sort()).toEqual([
      ...['aws', 'bin', 'cli', 'core', 'lambdas', 'lib', 'package.json', 'packages', 'tables'],
    ]);
  });

  it('loads the local cloud, an optional package, only where it is started', () => {
    const modules = compiled.files.filter((file) => file.endsWith('.ts'));
    const eager = modules.filter((file) =>
      /from "@sparse-fanout\/local-cloud"/.test(
        readFileSync(path.join(built, file.replace(/\.ts$/, '.js')), 'utf8'),
      ),
    );
    expect(eager).toEqual([]);
  });

  it('declares the types of its surface by files that are there', () => {
    const files = ['lib/index.d.ts'];
    for (const file of files) {
      const text = readFileSync(path.join(built, file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g)) {
        const target = path.join(path.dirname(file), specifier.replace(/\.js$/, '.d.ts'));
        expect(existsSync(path.join(built, target)), `${target} of ${file}`).toBe(true);
        if (!files.includes(target)) files.push(target);
      }
      expect(text).not.toMatch(/['"](#|@sparse-fanout)/);
    }
    expect(files.length).toBeGreaterThan(5);
  });

  it('deploys what a clone deploys, with the same assets', { timeout: patience(60_000) }, () => {
    const app = path.join(built, 'bin/local-app.js');
    expect(templateOf(app)).toEqual(templateOf(path.join(ROOT, 'bin/local-app.ts')));
  });

  it('runs the command line', () => {
    cpSync(path.join(ROOT, 'bin/sparse-fanout.cjs'), path.join(scratch, 'package/bin/x.cjs'));
    const source = path.join(ROOT, 'test/fixtures/golden/inputs/tall.npz');
    const args = [path.join(scratch, 'package/bin/x.cjs'), 'slice', source, '--rows', '0:1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\d.,]+\n$/);
  });
});
