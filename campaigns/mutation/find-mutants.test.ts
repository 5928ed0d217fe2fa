import { expect, it } from 'vitest';
import { applyChange, findMutants } from './find-mutants.ts';
import { parseText } from './syntax.ts';

/** The changed texts, by the operator that makes them. */
function mutate(text: string): [string, string][] {
  return findMutants('core/x.ts', text).map((mutant) => [
    mutant.operator,
    applyChange(text, mutant),
  ]);
}

it('moves a comparison over its boundary and turns it round', () => {
  expect(mutate('const c = a < b;')).toEqual([
    ['comparison', 'const c = (a <= b);'],
    ['comparison', 'const c = (a >= b);'],
  ]);
  expect(mutate('const c = a === b;')).toEqual([['comparison', 'const c = (a !== b);']]);
});

it('replaces an operator without regrouping its operands', () => {
  expect(mutate('const c = a && b && d;')).toEqual([
    ['logical', 'const c = (a && b || d);'],
    ['logical', 'const c = (a || b) && d;'],
  ]);
  expect(mutate('const c = (a + b) * d;')).toEqual([
    ['arithmetic', 'const c = ((a + b) / d);'],
    ['arithmetic', 'const c = ((a - b)) * d;'],
  ]);
  expect(mutate('const c = d ** e ** f;')).toContainEqual([
    'arithmetic',
    'const c = (d * e ** f);',
  ]);
});

it('changes each literal', () => {
  expect(mutate('const a = 7;')).toEqual([
    ['number', 'const a = 8;'],
    ['number', 'const a = (6);'],
  ]);
  expect(mutate('const a = 7n;')).toEqual([
    ['number', 'const a = 8n;'],
    ['number', 'const a = (6n);'],
  ]);
  expect(mutate("const a = 'csr';")).toEqual([['string', "const a = '';"]]);
  expect(mutate("const a = '';")).toEqual([['string', "const a = 'mutated';"]]);
  expect(mutate('const a = true;')).toEqual([['boolean', 'const a = false;']]);
  expect(mutate('const a = [b];')).toEqual([['array', 'const a = [];']]);
  expect(mutate('const a = { b };')).toEqual([['object', 'const a = ({});']]);
  expect(mutate('const a = /^b$/u;')).toEqual([
    ['regex', 'const a = /b$/u;'],
    ['regex', 'const a = /^b/u;'],
  ]);
});

it('takes conditions for true and for false, and those of loops for false only', () => {
  expect(mutate('if (a) b = c;')).toEqual([
    ['condition', 'if (true) b = c;'],
    ['condition', 'if (false) b = c;'],
  ]);
  expect(mutate('while (a) b = c;')).toEqual([['condition', 'while (false) b = c;']]);
  expect(mutate('for (; a; ) b = c;')).toEqual([['condition', 'for (; false; ) b = c;']]);
});

it('removes calls that nothing takes the result of', () => {
  expect(mutate('f(a);')).toEqual([['statement', ';']]);
  expect(mutate('await f(a);')).toEqual([['statement', ';']]);
  expect(mutate('const b = f(a);')).toEqual([]);
});

it('swaps arguments, and leaves those alone whose order does not matter', () => {
  expect(mutate('const c = f(a, b, d);')).toEqual([['argument', 'const c = f(b, a, d);']]);
  expect(mutate('const c = Math.max(a, b);')).toEqual([['method', 'const c = Math.min(a, b);']]);
});

it('replaces or leaves out methods, returned values, signs and bodies', () => {
  expect(mutate('const c = a.sort();')).toEqual([['method', 'const c = a;']]);
  expect(mutate('const f = () => a;')).toEqual([['return', 'const f = () => undefined;']]);
  expect(mutate('function f() { return a; }')).toEqual([
    ['return', 'function f() { return undefined; }'],
  ]);
  expect(mutate('const c = -a;')).toEqual([['unary', 'const c = (a);']]);
  expect(mutate('a++;')).toEqual([['update', 'a--;']]);
  expect(mutate('a ??= b;')).toEqual([
    ['assignment', '(a ??= b)'.replace('??=', '&&=').concat(';')],
  ]);
  expect(mutate('for (const a of b) { c = a; }')).toEqual([['block', 'for (const a of b) {}']]);
  expect(mutate('const c = a?.b;')).toEqual([['optional', 'const c = a.b;']]);
});

it('leaves alone what errors say, texts for people, types, imports and names', () => {
  const untouched = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template in the text.
    'throw new CorruptSourceError(`${uri} has ${a + 1} bytes`);',
    "const schema = { error: 'short' };",
    "const where = 'a tree node';",
    "import { a } from './a.ts';",
    "type A = 'csr' | 7;",
    'let a: Record<string, 7>;',
  ];
  for (const text of untouched) expect(mutate(text), text).toEqual([]);
  expect(mutate("const a = { 'b-c': d };")).toEqual([['object', 'const a = ({});']]);
});

it('says where a mutant stands and which function it is in', () => {
  const text = 'const a = b;\nfunction f() {\n  return c + d;\n}\n';
  const [, mutant] = findMutants('core/x.ts', text);
  expect(mutant).toMatchObject({
    file: 'core/x.ts',
    line: 3,
    column: 10,
    before: 'return c + d;',
    after: 'return (c - d);',
    scope: text.indexOf('function'),
  });
  expect(findMutants('core/x.ts', 'const a = 7;')[0]?.scope).toBe(-1);
});

it('makes texts that parse', () => {
  const text = `
    export function f(a: number, { b = 2 }: { readonly b?: number }): number | undefined {
      const c = a ?? (b as number);
      if (!(c > 1) || a?.toString().slice(1) === '') return -c ** 2;
      for (let i = 0; i < c; i++) { a += [i, ...[b]].at(-1)!; }
      try { f(a, { b }); } finally { f(b, {}); }
      return [c].map((d) => ({ d }))[0]?.d;
    }`.replace('-c ** 2', '(-c) ** 2');
  const mutants = findMutants('core/x.ts', text);
  expect(mutants.length).toBeGreaterThan(40);
  for (const mutant of mutants)
    expect(() => parseText(applyChange(text, mutant)), mutant.after).not.toThrow();
});
