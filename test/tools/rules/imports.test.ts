import path from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { checkImports, covers, roomOf } from '#tools/rules/check-imports.ts';
import { IMPORT_RULES } from '#tools/rules/import-rules.ts';
import { readPackages } from '#tools/rules/resolve-import.ts';
import { readSourceFiles } from '#tools/rules/source-file.ts';

const root = path.join(import.meta.dirname, '../../..');
const packages = readPackages(root);
const sources = readSourceFiles(root);
const rooms = Object.keys(IMPORT_RULES);

/** Each way a file can name a module. */
const WAYS: Readonly<Record<string, (specifier: string) => string>> = {
  'a static import': (specifier) => `import { x } from '${specifier}';`,
  'an import for its effect': (specifier) => `import '${specifier}';`,
  'a type-only import': (specifier) => `import type { X } from '${specifier}';`,
  'a type among values': (specifier) => `import { type X } from '${specifier}';`,
  'an export from it': (specifier) => `export { x } from '${specifier}';`,
  'an export of all': (specifier) => `export * from '${specifier}';`,
  'an export of types': (specifier) => `export type * from '${specifier}';`,
  'a dynamic import': (specifier) => `const x = await import('${specifier}');`,
  'a type by its place': (specifier) => `type X = import('${specifier}').X;`,
  'a required module': (specifier) => `import x = require('${specifier}');`,
  'a call of require': (specifier) => `const x = require('${specifier}');`,
};

function plantedFile(room: string): string {
  return room.endsWith('.ts') ? room : `${room}/planted.ts`;
}

/** Checks a file of this room whose third line is the planted one. */
function plant(room: string, line: string): readonly string[] {
  const text = `/** Why it is there. */\nconst before = 1;\n${line}\n`;
  return checkImports({ file: plantedFile(room), text }, packages);
}

function refusal(room: string, specifier: string): string {
  return `${plantedFile(room)}:3 imports '${specifier}', but ${room} may import only files of`;
}

/** Specifiers that no row allows this room, of each kind. */
function forbiddenTo(room: string): Readonly<Record<string, string>> {
  const folder = path.dirname(plantedFile(room));
  return {
    'a bare package': 'left-pad',
    'a package of a scope': '@left/pad',
    'a path in a package': 'left-pad/lib/index.js',
    'a built-in package without its scheme': 'fs',
    'a subpath of ours': room === 'bench' ? '#test/cli/write-run.ts' : '#bench/machine.ts',
    'a relative escape': `./${path.relative(folder, room === 'bin/app.ts' ? 'cli/main.ts' : 'bin/app.ts')}`,
  };
}

/** Every forbidden kind planted in a room by every way, and how each must be refused. */
function plantAll(room: string): readonly { planted: string; said: string; expected: string }[] {
  return Object.entries(forbiddenTo(room)).flatMap(([kind, specifier]) =>
    Object.entries(WAYS).map(([way, write]) => ({
      planted: `${kind} by ${way}`,
      said: plant(room, write(specifier)).join('\n'),
      expected: refusal(room, specifier),
    })),
  );
}

/** What the rules are for, room by room; each must be refused whatever else the table says. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  'core/bytes': ['commander', 'constructs', 'fast-xml-parser', 'selfsigned', 'node:fs', 'zod'],
  'core/elements': ['#core/sparse/layout/matrix-layout.ts', 'node:crypto'],
  'core/objects': ['zod', '#core/run/run-header.ts', '@aws-sdk/client-s3'],
  'core/containers/hdf5': ['#core/sparse/formats/h5ad/h5ad.ts', '#core/objects/object-store.ts'],
  'core/containers/npy': ['#core/containers/zip/zip-directory.ts'],
  'core/sparse': [
    ...['#core/outputs/compression.ts', '#core/request/request.ts', '#core/run/run-header.ts'],
    ...['#core/manifest/manifest.ts', '#core/chunks/plan-matrix.ts'],
  ],
  'core/sparse/stage': ['#core/sparse/formats/find-format.ts', '#core/run/run-id.ts'],
  'core/sparse/formats/mtx': [
    '#core/sparse/formats/svmlight/svmlight.ts',
    '#core/run/run-header.ts',
  ],
  'core/outputs/csv': ['#core/run/run-header.ts', '#core/sparse/formats/find-format.ts', 'node:fs'],
  'core/run': ['#core/manifest/manifest.ts', '#aws/ledger.ts', 'node:crypto'],
  aws: ['#lambdas/shared/step.ts', 'aws-cdk-lib', 'commander', '@smithy/signature-v4'],
  'lambdas/plan': [
    '#lambdas/write/write-chunk.ts',
    '@aws-sdk/client-s3',
    'aws-cdk-lib',
    '#cli/main.ts',
  ],
  'lambdas/shared': ['#lambdas/plan/handler.ts'],
  lib: ['#core/errors.ts', '#aws/clients/s3.ts', '#lambdas/plan/index.ts', '@aws-sdk/client-s3'],
  cli: [
    '#lambdas/plan/handler.ts',
    '#lib/sparse-fanout.ts',
    'aws-cdk-lib',
    '#support/plain-csv.ts',
  ],
  'bin/app.ts': ['#cli/main.ts', '#core/contract.ts'],
  'bin/sparse-fanout.ts': ['#lib/sparse-fanout.ts', '@sparse-fanout/local-cloud'],
  'packages/local-cloud/src': ['commander', 'aws-cdk-lib', 'aws-cdk-lib/core', '#core/errors.ts'],
  demo: ['#bench/machine.ts', '#test/cli/write-run.ts', '@sparse-fanout/local-cloud'],
  support: ['#bench/machine.ts', '#test/cli/write-run.ts', '#campaigns/run.ts'],
  bench: ['#test/cli/write-run.ts', '#campaigns/run.ts', '@sparse-fanout/local-cloud'],
  campaigns: ['#bench/machine.ts', '#test/cli/write-run.ts'],
  test: ['#bench/machine.ts', '#campaigns/run.ts'],
  tools: ['#core/errors.ts', '@sparse-fanout/local-cloud'],
};

describe('the imports of this repository', () => {
  it('are those that the table allows', () => {
    expect(sources.length).toBeGreaterThan(400);
    expect(sources.flatMap((source) => checkImports(source, packages))).toEqual([]);
  });

  it('fill every room of the table', () => {
    const filled = sources.map(({ file }) => roomOf(file));
    const hasFiles = (row: string) =>
      filled.some((room) => room === row || (room && `${path.dirname(room)}/*` === row));
    expect(rooms.filter((row) => !hasFiles(row))).toEqual([]);
  });
});

describe('the table of imports', () => {
  it.each(rooms)('refuses %s what no row allows it, of every kind and by every way', (room) => {
    const planted = plantAll(room);
    expect(planted).toHaveLength(66);
    expect(planted.filter(({ said, expected }) => !said.startsWith(expected))).toEqual([]);
  });

  it.each(
    Object.entries(NEVER).flatMap(([room, list]) => list.map((specifier) => ({ room, specifier }))),
  )('refuses $room the import of $specifier', ({ room, specifier }) => {
    expect(plant(room, `import { x } from '${specifier}';`)).toEqual([
      expect.stringContaining(refusal(room, specifier)),
    ]);
  });

  it.each(['cli', 'core/bytes'])('refuses %s a dynamic import that is computed', (room) => {
    expect(plant(room, 'const x = await import(process.argv[2]);')).toEqual([
      expect.stringContaining(refusal(room, '(computed)')),
    ]);
  });

  it('names the file, the line and all that is allowed', () => {
    expect(plant('core/text', "import fs from 'node:fs';")).toEqual([
      "core/text/planted.ts:3 imports 'node:fs', but core/text may import only " +
        'files of core/text, #core/errors.ts, #core/bytes, #core/containers/deflate, node:zlib',
    ]);
  });

  it('gives every kind of output and format a room, which knows no other kind', () => {
    expect(roomOf('core/outputs/new/part/x.ts')).toBe('core/outputs/new');
    expect(roomOf('core/outputs/output.ts')).toBe('core/outputs');
    expect(plant('core/outputs/new', "import { x } from '#core/outputs/output.ts';")).toEqual([]);
    expect(plant('core/outputs/new', "import { x } from '#core/outputs/csv/profiles.ts';")).toEqual(
      [expect.stringContaining(refusal('core/outputs/new', '#core/outputs/csv/profiles.ts'))],
    );
    expect(plant('core/sparse/formats/new', "import { x } from '#core/text/decimal.ts';")).toEqual(
      [],
    );
  });

  it('refuses a file that lies in no room', () => {
    expect(checkImports({ file: 'new/place.ts', text: '' }, packages)).toEqual([
      'new/place.ts:1 lies in no room of tools/rules/import-rules.ts',
    ]);
  });

  it('asks for a relative import inside a folder', () => {
    expect(plant('core/bytes', "import { x } from '#core/bytes/in-order.ts';")).toEqual([
      "core/bytes/planted.ts:3 imports '#core/bytes/in-order.ts': " +
        "inside a folder imports are relative: './in-order.ts'",
    ]);
  });

  it('asks for # across folders', () => {
    expect(plant('core/text', "import { x } from '../bytes/in-order.ts';")).toEqual([
      "core/text/planted.ts:3 imports '../bytes/in-order.ts': " +
        "across folders imports begin with #, as in '#core/errors.ts'",
    ]);
  });

  it('accepts what a row allows, by every way', () => {
    for (const write of Object.values(WAYS)) {
      expect(plant('core/bytes', write('node:zlib'))).toEqual([]);
      expect(plant('core/bytes', write('#core/errors.ts'))).toEqual([]);
      expect(plant('aws', write('@aws-sdk/client-s3'))).toEqual([]);
      expect(plant('cli', write('node:fs/promises'))).toEqual([]);
      expect(plant('lib', write('aws-cdk-lib/aws-s3'))).toEqual([]);
    }
  });

  it('draws no circle between rooms', () => {
    const above = (room: string): readonly string[] =>
      rooms.filter(
        (other) =>
          other !== room &&
          IMPORT_RULES[room]!.some(
            (entry) => roomOf(entry.slice(1)) === other || covers(entry, `#${plantedFile(other)}`),
          ),
      );
    const done = new Set<string>();
    const visit = (room: string, way: readonly string[]): void => {
      expect(way, [...way, room].join(' → ')).not.toContain(room);
      if (done.has(room)) return;
      for (const other of above(room)) visit(other, [...way, room]);
      done.add(room);
    };
    for (const room of rooms) visit(room, []);
  });
});
