import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImports } from '#tools/rules/read-imports.ts';
import { readPackages, resolveImport } from '#tools/rules/resolve-import.ts';

const root = path.join(import.meta.dirname, '../..');
const packages = readPackages(root);

/** A file of the walk, and the one that it stands below. */
interface Stop {
  readonly file: string;
  readonly caller: string | undefined;
}

/** The list of files in docs/architecture.md, "One request from start to manifest". */
function readWalk(): readonly Stop[] {
  const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  const [, section = ''] = /## One request from start to manifest\n(.*?)\n## /s.exec(text) ?? [];
  const callers: string[] = [];
  return [...section.matchAll(/^( *)- `([^`]+)`/gm)].map(([, indent = '', file = '']) => {
    const depth = indent.length / 2;
    callers.length = depth;
    callers.push(file);
    return { file, caller: callers[depth - 1] };
  });
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return readImports({ file, text }).map(({ specifier }) =>
    resolveImport(file, specifier, packages).replace(/^#/, ''),
  );
}

const walk = readWalk();

describe('the walk of one request', () => {
  it('goes from Plan to the published manifest', () => {
    expect(walk.length).toBeGreaterThan(25);
    expect(walk[0]!.file).toBe('lambdas/plan/handler.ts');
    expect(walk.at(-1)!.file).toBe('lambdas/finalize/publish.ts');
  });

  it('names files that exist, each imported by the one that it stands below', () => {
    const wrong = walk.filter(
      ({ file, caller }) =>
        !existsSync(path.join(root, file)) ||
        (caller !== undefined && !importsOf(caller).includes(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('enters no file more than twice', () => {
    const counts = Map.groupBy(walk, ({ file }) => file);
    expect([...counts].filter(([, stops]) => stops.length > 2)).toEqual([]);
  });
});
