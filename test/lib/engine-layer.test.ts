import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import { ENGINE_STORAGE, EngineLayer } from '#lib/engine-layer.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What Lambda takes of a function and its layers together, unzipped. */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Paths of the files below a folder. */
function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('the layer', () => {
  const modules = join(layerDirectory(), 'nodejs/node_modules');
  const files = filesBelow(modules);

  it('holds the library for ARM, and nothing that no function reads', () => {
    const packages = new Set(files.map((file) => file.split('/').slice(0, -1).join('/')));
    expect([...packages].filter((folder) => !folder.includes('/lib'))).toEqual([
      '@duckdb/node-api',
      '@duckdb/node-bindings-linux-arm64',
      '@duckdb/node-bindings',
      'detect-libc',
    ]);
    const endings = new Set(files.map((file) => /(?:LICENSE|\.[a-z]+)$/.exec(file)?.[0] ?? file));
    expect([...endings].sort()).toEqual(['.js', '.json', '.node', '.so', 'LICENSE']);
    for (const file of files.filter((name) => /\.(?:node|so)$/.test(name))) {
      const header = readFileSync(join(modules, file)).subarray(0, 20);
      expect(header.toString('latin1', 1, 4)).toBe('ELF');
      // AArch64 among the processors of ELF.
      expect(header.readUInt16LE(18)).toBe(183);
    }
  });

  it('is smaller than Lambda allows, beside the largest bundle', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(modules, file)).size, 0);
    expect(bytes).toBeGreaterThan(40e6);
    expect(bytes).toBeLessThan(MAX_UNZIPPED_BYTES / 3);
  });

  it('has the version of the package, and packages of the same digests', () => {
    const { dependencies } = readJson('packages/engine/package.json');
    expect(readJson('packages/engine/layer/package.json').dependencies).toEqual(dependencies);
    const installed = readFileSync(join(modules, '@duckdb/node-api/package.json'), 'utf8');
    expect(JSON.parse(installed).version).toBe(dependencies['@duckdb/node-api']);
    const { '': _, ...locked } = readJson('packages/engine/layer/package-lock.json').packages;
    const all = readJson('package-lock.json').packages;
    expect(Object.keys(locked)).toContain('node_modules/@duckdb/node-bindings-linux-arm64');
    for (const [path, { version, integrity, resolved }] of Object.entries<
      Record<string, string | undefined>
    >(locked)) {
      expect([path, version, integrity]).toEqual([path, all[path].version, all[path].integrity]);
      // A lock names no registry: `npm ci` asks the one that it is configured with.
      expect(resolved).toBeUndefined();
    }
  });

  it('is deployed for the functions that name it', () => {
    const stack = new Stack(new App(), 'Small');
    const layer = new EngineLayer(stack, 'Engine');
    new LambdaFunction(stack, 'Work', {
      code: Code.fromInline('export const handler = () => 42;'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: ONE_VCPU_MIB,
      ephemeralStorageSize: ENGINE_STORAGE,
      layers: [layer],
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::LayerVersion', {
      CompatibleArchitectures: ['arm64'],
      CompatibleRuntimes: ['nodejs24.x'],
      Content: { S3Key: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Layers: [{ Ref: Match.stringLikeRegexp('^Engine') }],
      MemorySize: 1769,
      EphemeralStorage: { Size: 10_240 },
    });
  });

  it('fails with one sentence where it cannot be fetched', () => {
    const stack = new Stack(new App(), 'Small');
    const directory = mkdtempSync(join(tmpdir(), 'engine-layer-'));
    const missing = join(directory, 'layer-0');
    try {
      expect(() => new EngineLayer(stack, 'Engine', missing, { PATH: directory })).toThrow(
        'npm could not fetch the layer of the engine: spawnSync npm ENOENT',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
