import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleFunctions, parseEntries } from '#engine/functions/bundle-functions.ts';
import { answered, EXAMPLE, failed } from './module-calls.ts';

describe('a module', () => {
  it('is bundled with what it imports, the same each time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'functions-'));
    try {
      await writeFile(join(folder, 'other.ts'), 'export const mark: string = "!";');
      const file = join(folder, 'own.ts');
      await writeFile(
        file,
        `import { mark } from './other.ts';
         export const loud = { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: (a: string) => a + mark };`,
      );
      const module = bundleFunctions('own', file);
      expect(bundleFunctions('own', file)).toEqual(module);
      expect(module.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(await answered(module, "SELECT loud('a')")).toEqual(['a!']);
      await writeFile(join(folder, 'other.ts'), 'export const mark: string = "?";');
      expect(bundleFunctions('own', file).digest).not.toBe(module.digest);
      await writeFile(
        file,
        "import { readFileSync } from 'node:fs'; export const a = readFileSync;",
      );
      expect(() => bundleFunctions('own', file)).toThrow(/own of .*node:fs/);
      await writeFile(
        file,
        `const later = async (a: string) => { throw new Error(a); };
         export const f = { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: (a: string) => { later(a); return a; } };`,
      );
      expect(await failed(bundleFunctions('own', file), "SELECT f('a')")).toMatchObject({
        kind: 'function',
        message: expect.stringContaining('Promise is not defined'),
      });
      await writeFile(
        file,
        `export const f = { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: (a: string) => { import(a); return a; } };`,
      );
      expect(await failed(bundleFunctions('own', file), "SELECT f('node:fs')")).toMatchObject({
        kind: 'function',
        message: expect.stringContaining('Promise is not defined'),
      });
      await writeFile(file, 'export const = 1;');
      expect(() => bundleFunctions('own', file)).toThrow(/own.ts:1/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has a name and a file', () => {
    expect(() => bundleFunctions('../x', EXAMPLE)).toThrow('allowed are letters');
    expect(() => bundleFunctions('x', 'nowhere.ts')).toThrow('no file: nowhere.ts');
    expect(parseEntries('a=b.ts,c=d=e.ts')).toEqual([
      ['a', 'b.ts'],
      ['c', 'd=e.ts'],
    ]);
    for (const text of ['a', 'a=', '=b.ts', 'a=b.ts,', 'a=b.ts,a=c.ts']) {
      expect(() => parseEntries(text)).toThrow('name=file');
    }
  });
});
