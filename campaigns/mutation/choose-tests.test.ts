import { expect, it } from 'vitest';
import { chooseTests } from './choose-tests.ts';
import { countCalls, hitOf } from './count-calls.ts';
import { findMutants } from './find-mutants.ts';

const FILE = 'core/text/x.ts';
const TEXT = 'const f = (a: number) => a + 1;\nfunction g() {\n  return h();\n}\n';

it('chooses the test files that run the function, its own first, then the quick ones of core', () => {
  const [, inside] = findMutants(FILE, TEXT);
  const hits = new Set([hitOf(FILE, inside!.scope)]);
  const tests = [
    { testFile: 'test/cli/quick.test.ts', milliseconds: 1, hits },
    { testFile: 'test/core/slow.test.ts', milliseconds: 9, hits },
    { testFile: 'test/core/quick.test.ts', milliseconds: 5, hits },
    { testFile: 'test/core/text/x.more.test.ts', milliseconds: 99, hits },
    { testFile: 'test/core/other.test.ts', milliseconds: 1, hits: new Set([hitOf(FILE, -1)]) },
  ];
  expect(chooseTests(inside!, tests).map(({ testFile }) => testFile)).toEqual([
    'test/core/text/x.more.test.ts',
    'test/core/quick.test.ts',
    'test/core/slow.test.ts',
    'test/cli/quick.test.ts',
  ]);
});

it('notes each function where it runs, and the file where it is loaded', () => {
  const f = TEXT.indexOf('(a');
  const g = TEXT.indexOf('function');
  expect(countCalls(FILE, TEXT)).toBe(
    [
      `const f = (a: number) => (globalThis.noteHit?.("${FILE}:${f}"), a + 1);`,
      `function g() {globalThis.noteHit?.("${FILE}:${g}");`,
      '  return h();',
      '}',
      '',
      `globalThis.noteHit?.("${FILE}:-1");`,
    ].join('\n'),
  );
});
