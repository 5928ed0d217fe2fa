import { expect, it } from 'vitest';
import { badValueProblem } from '#core/tables/schema/bad-value.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';

const place = 's3://raw/a.csv, line 17';

it('names the column, the place, the text and the type', () => {
  const column = { name: 'qty', type: parseType('int'), lossy: false };
  expect(badValueProblem({ column, place, text: '3.7' })).toBe(
    'column "qty" of s3://raw/a.csv, line 17 is "3.7", which INTEGER cannot hold without loss; ' +
      'give the column a type that can, say "lossy": true where it may lose, or set onBadRow to ' +
      'reject',
  );
});

it('shows the beginning of a long text, and of a loose column says no more than it knows', () => {
  const column = { name: 'qty', type: parseType('int'), lossy: true };
  const problem = badValueProblem({ column, place, text: `${'x'.repeat(99)}😀${'y'.repeat(1e6)}` });
  expect(problem).toContain(
    'x\ufffd…", which INTEGER cannot hold; give the column a type that can,',
  );
  expect(problem).not.toContain('lossy');
});
