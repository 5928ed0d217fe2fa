import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

/** Types of the public surface; they are erased. */
const TYPES = [
  'Functions',
  'LedgerTable',
  'Monitoring',
  'PostgresDatabase',
  'PostgresDatabases',
  'RequestDefaults',
  'SparseFanoutProps',
  'StepMemory',
  'StepName',
  'Transforms',
];

it('gives the construct, its props and the types that these name', async () => {
  expect(Object.keys(await import('#lib/index.ts'))).toEqual(['SparseFanout']);
  const file = path.join(import.meta.dirname, '../../lib/index.ts');
  const exported = readFileSync(file, 'utf8').matchAll(/^export (type )?\{([^}]+)\}/gm);
  const types = [...exported].flatMap(([, isType, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => isType !== undefined || name.startsWith('type '))
      .map((name) => name.replace(/^type /, '')),
  );
  expect(types.filter((name) => name !== '').sort()).toEqual(TYPES);
});

it('is all that the package lets others import', () => {
  expect(manifest.exports).toEqual({
    '.': { types: './dist/lib/index.d.ts', default: './dist/lib/index.js' },
    './package.json': './package.json',
  });
  expect(manifest.types).toBe(manifest.exports['.'].types);
});
