import { expect, it } from 'vitest';
import { chooseTests } from './choose-tests.ts';
import { countCalls, hitOf } from './count-calls.ts';
import { findMutants } from './find-mutants.ts';
import type { TestFile } from './test-map.ts';

const FILE = 'core/text/x.ts';
const TEXT = 'const f = (a: number) => a + 1;\nfunction g() {\n  return h();\n}\n';

const [, INSIDE] = findMutants(FILE, TEXT);
const HITS = new Set([hitOf(FILE, INSIDE!.scope)]);
const NONE = new Set<string>();

/** A test file of one test, with its time and what it hits. */
function testFile(name: string, milliseconds: number, hits = HITS): TestFile {
  const tests = [{ id: '1', milliseconds, hits }];
  return { testFile: name, milliseconds: 0, hits: NONE, tests };
}

it('chooses the test files that run the function, its own first, then the quick ones of core', () => {
  const tests = [
    testFile('test/cli/quick.test.ts', 1),
    testFile('test/core/slow.test.ts', 9),
    testFile('test/core/quick.test.ts', 5),
    testFile('test/core/text/x.more.test.ts', 99),
    testFile('test/core/other.test.ts', 1, new Set([hitOf(FILE, -1)])),
  ];
  expect(chooseTests(INSIDE!, tests).map((choice) => choice.testFile)).toEqual([
    'test/core/text/x.more.test.ts',
    'test/core/quick.test.ts',
    'test/core/slow.test.ts',
    'test/cli/quick.test.ts',
  ]);
});

it('chooses the tests of a file that run the function, or all where it runs outside of them', () => {
  const tests = [
    { id: '1', milliseconds: 10, hits: HITS },
    { id: '2', milliseconds: 20, hits: NONE },
    { id: '3', milliseconds: 40, hits: HITS },
  ];
  const file = { testFile: 'test/core/a.test.ts', milliseconds: 5, tests };
  expect(chooseTests(INSIDE!, [{ ...file, hits: NONE }])).toEqual([
    { testFile: file.testFile, testIds: ['1', '3'], milliseconds: 55 },
  ]);
  expect(chooseTests(INSIDE!, [{ ...file, hits: HITS }])).toEqual([
    { testFile: file.testFile, testIds: undefined, milliseconds: 75 },
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
