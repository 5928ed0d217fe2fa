import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');

/** What may be imported from outside, and the values that each module gives; types are erased. */
const SURFACE = {
  '.': ['startLocalCloud'],
  './authorization.ts': ['AccessDenied'],
  './dynamodb/server.ts': ['startDynamoDb'],
  './faults/fault-injector.ts': ['FaultInjector'],
  './faults/fault-plan.ts': ['FAULT_KINDS', 'chooseFault'],
  './faults/faulty-http.ts': ['disturbDynamoDb', 'disturbS3'],
  './happening.ts': [],
  './iam/authority.ts': ['createAuthority'],
  './page-server.ts': ['startPageServer'],
  './s3/server.ts': ['startS3Server'],
  './running-access.ts': ['runningAccess'],
  './secrets/server.ts': ['startSecretsServer'],
  './state-directory.ts': [
    ...['LocalCloudNotRunning', 'StateDirectoryInUse', 'isAbandoned', 'isReady'],
    'lockStateDirectory',
  ],
  './stepfunctions/clock.ts': ['abandonable', 'systemClock'],
  './stepfunctions/engine.ts': ['Engine', 'notRedrivable'],
  './stepfunctions/errors.ts': [
    'ApiError',
    'ExecutionInterrupted',
    'InvalidDefinition',
    'StatesError',
    'UnsupportedDefinition',
    'queryEvaluationError',
    'runtimeError',
  ],
  './stepfunctions/execution-record.ts': ['ENDED_WITH_CLOUD', 'redrivenExecution', 'statusChange'],
  './stepfunctions/history.ts': ['History'],
  './stepfunctions/json.ts': ['isJsonArray', 'isJsonObject', 'jsonTypeOf', 'parseJson'],
  './stepfunctions/load.ts': ['loadDefinition'],
  './stepfunctions/retry.ts': ['Retries', 'findCatcher'],
  './stepfunctions/services.ts': [],
  './storage-failure.ts': ['StorageFailed', 'isStorageFailure', 'storageFailure'],
  './testing/s3-client.ts': ['TESTER', 'createTestS3', 'identifyTester'],
  './testing/s3-fixture.ts': ['startS3Fixture'],
  './testing/virtual-clock.ts': ['VirtualClock'],
  './tls.ts': ['createCertificate', 'keepCertificate'],
} as const;

/** Name of the package that a specifier leads to. */
const packageOf = (specifier: string) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return names.filter((name) => /\.m?ts$|\.mjs$/.test(name)).map((name) => join(folder, name));
}

/** Every specifier that the files of a folder import, statically or not, with its file. */
async function importsOf(folder: string): Promise<{ file: string; specifier: string }[]> {
  const files = await sourcesOf(folder);
  const found = files.map(async (file) => {
    const text = await readFile(join(ROOT, file), 'utf8');
    const matches = text.matchAll(/(?:^|[ ;])(?:from|import)\s*\(?\s*'([^'\n]+)'/gm);
    return [...matches].map(([, specifier = '']) => ({ file, specifier }));
  });
  return (await Promise.all(found)).flat();
}

async function foreignImports(folder: string, packages: readonly string[]) {
  const own = (specifier: string) =>
    specifier.startsWith('#local/') || specifier.startsWith('.') || isBuiltin(specifier);
  const imports = await importsOf(folder);
  expect(imports.length).toBeGreaterThan(0);
  return imports.filter(
    ({ specifier }) => !own(specifier) && !packages.includes(packageOf(specifier)),
  );
}

describe('the public surface', () => {
  test('is what package.json exports', () => {
    expect(Object.keys(manifest.exports)).toEqual(Object.keys(SURFACE));
  });

  test.each(Object.entries(SURFACE))('gives the values of %s', async (path, names) => {
    const specifier = join(manifest.name, path);
    expect(Object.keys(await import(specifier)).sort()).toEqual([...names].sort());
  });

  test('leaves everything else inside', async () => {
    const inside = join(manifest.name, 'stepfunctions/interpret.ts');
    await expect(import(inside)).rejects.toThrow('is not exported');
  });
});

describe('imports', () => {
  const runtime = Object.keys(manifest.dependencies);
  const development = Object.keys(manifest.devDependencies);

  test('of the source lead to itself, to Node.js and to its dependencies', async () => {
    expect(await foreignImports('src', runtime)).toEqual([]);
  });

  test('of tests and examples lead to nothing more but its development dependencies', async () => {
    const packages = [...runtime, ...development, manifest.name];
    expect(await foreignImports('test', packages)).toEqual([]);
    expect(await foreignImports('examples', packages)).toEqual([]);
  });

  test('are declared only where they are used', async () => {
    const used = new Set((await importsOf('src')).map(({ specifier }) => packageOf(specifier)));
    expect(runtime.filter((name) => !used.has(name))).toEqual([]);
  });
});

test('its files name nothing of what is built on it', async () => {
  const product = /\b(matri(x|ces)|sparse|anndata|h5ad|csr|nnz|genes?)\b/i;
  const files = [...(await sourcesOf('src')), ...(await sourcesOf('examples'))];
  const naming = files.map(async (file) => {
    const text = (await readFile(join(ROOT, file), 'utf8')).replaceAll(manifest.name, '');
    return product.test(text) ? [file] : [];
  });
  expect((await Promise.all(naming)).flat()).toEqual([]);
});
