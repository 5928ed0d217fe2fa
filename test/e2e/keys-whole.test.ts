import { beforeAll, describe, expect, it } from 'vitest';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { manifestProblems } from '#cli/verify/manifest-problems.ts';
import { LocalStack } from '#support/local-stack.ts';
import { csvOf, expectedIds, KEYS } from '#support/tables/keyed-records.ts';

let stack: LocalStack;

const { signal } = new AbortController();

beforeAll(async () => {
  stack = await LocalStack.shared();
});

const SCHEMA = { id: 'bigint', zip: 'int', note: 'text' };
async function runAt(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return await openRunInS3(stack.s3, uri, signal);
}

/** Why a request is refused. */
async function refusalOf(request: object): Promise<string> {
  const { cause } = await stack.run(request);
  return (JSON.parse(cause ?? '{}') as { readonly errorMessage: string }).errorMessage;
}

const outputAt = (name: string, fields: object = {}) => {
  return { uri: `s3://${stack.outputBucket}/${name}/`, ...fields };
};

const whole = { schema: SCHEMA, chunking: { keysWhole: ['zip'] } };

describe('a table whose keys are whole', () => {
  it('transforms the rows once they are gathered, and keeps the rejected', async () => {
    const bad = Buffer.concat([csvOf(0, 90), Buffer.from('x,3,bad\n')]);
    const source = await stack.putSource('k/sql.csv', bad);
    const sql = 'select id, zip * 2 as twice from input where id >= 30';
    const output = outputAt('k/sql', { format: 'csv' });
    await stack.runToSuccess({ ...whole, source, transform: { sql }, onBadRow: 'reject', output });
    const { entries, totals } = (await runAt('k/sql')).manifest;
    expect(totals).toMatchObject({ rows: 60, counts: { rejected: 1, filtered: 30 } });
    const [first] = entries;
    expect(first).toMatchObject({ keys: { first: ['1'], last: [null], keys: 30 } });
    expect((await stack.read(first!.rejects!)).toString()).toContain('"text":"x"');
    const lines = expectedIds(90)
      .filter((id) => id >= 30)
      .map((id) => `${id},${id % KEYS === 0 ? '' : (id % KEYS) * 2}\n`);
    expect((await stack.read(first!.url)).toString()).toBe(`id,twice\n${lines.join('')}`);
  }, 120_000);

  it('is appended to, and refused by name where it cannot be', async () => {
    const source = await stack.putSource('k/more.csv', csvOf(0, 60));
    const more = await stack.putSource('k/other.csv', csvOf(60, 90));
    const request = { ...whole, source, output: outputAt('k/gen') };
    await stack.runToSuccess(request);
    await stack.runToSuccess({
      ...request,
      source: more,
      output: outputAt('k/gen', { mode: 'append' }),
    });
    const run = await runAt('k/gen');
    expect(run.manifest.entries.map(({ within, rowEnd }) => [within?.end, rowEnd])).toEqual([
      [60, 60],
      [30, 90],
    ]);
    expect(manifestProblems(run)).toEqual([]);
    const refused = async (keysWhole: string[], schema: object = SCHEMA) =>
      expect(
        await refusalOf({ ...request, output: outputAt('k/bad'), schema, chunking: { keysWhole } }),
      );
    (await refused(['nowhere'])).toMatch(
      /keysWhole names "nowhere", but the columns that are read/,
    );
    (await refused(['zip'], { ...SCHEMA, zip: 'double' })).toMatch(
      /"zip" of type DOUBLE, allowed are/,
    );
    const empty = await stack.putSource('k/empty.csv', csvOf(0, 0));
    expect(await refusalOf({ ...request, source: empty, output: outputAt('k/none') })).toMatch(
      /the table has no rows, so there is no key to write; leave out chunking.keysWhole/,
    );
    expect(await stack.keys('k/bad/')).toEqual([]);
  }, 240_000);
});
