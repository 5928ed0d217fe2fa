import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { goldenPath, storedCsrCases } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';

const [counts] = storedCsrCases;

const validate = new Ajv2020().compile(
  JSON.parse(await readFile('docs/plan.schema.json', 'utf8')) as object,
);

async function plan(...args: readonly string[]) {
  const ended = await runHere(['plan', '--json', ...args]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const lines = ended.stdout.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  const summary = JSON.parse(lines[0]!);
  expect(validate(summary), JSON.stringify(validate.errors)).toBe(true);
  return summary;
}

describe('plan', () => {
  it.each(storedCsrCases)('says the bytes of the text of $id', async ({ file, contract }) => {
    const summary = await plan(goldenPath(file), '--profile', 'typed');
    expect(summary.text).toEqual({ bytes: contract.typed.bytes });
    expect(summary.stored).toEqual(summary.text);
    expect(summary.usd.total).toBeGreaterThan(0);
  });

  it('is the same each time, and prints lines for people', async () => {
    const path = goldenPath(counts!.file);
    expect(await plan(path)).toEqual(await plan(path));
    const { code, stdout } = await runHere(['plan', path]);
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(
      /a dry run: nothing was written\nrows +38\nchunks +1 of .+\nbytes +about .+\ntime +about .+ on AWS.*\nmemory .+\nrequests .+\nprice +\$0\.\d+ to write \(.+\)\n +\$.+ a month to keep; list prices of us-east-1, \d+ days old/,
    );
  });

  it.each([
    ['a compressed npz', 'inputs/zip-deflate-datadesc.npz'],
    ['CSC', 'inputs/fmt-csc.npz'],
  ])('says what staging takes of %s, and samples it all the same', async (_, file) => {
    const { staging, text, warnings } = await plan(goldenPath(file));
    expect(staging.jobs).toBeGreaterThan(0);
    expect(text.bytes).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });

  it('plans tables by the same object', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-plan-'));
    const path = join(folder, 'rows.csv');
    const rows = Array.from({ length: 3_000 }, (_, row) => `${row},name ${row % 17}`);
    await writeFile(path, `id,name\n${rows.join('\n')}\n`);
    const schema = join(folder, 'schema.json');
    await writeFile(schema, JSON.stringify({ id: 'bigint', name: 'text' }));
    const summary = await plan(path, '--schema', schema);
    expect(summary).toMatchObject({ rows: 3_000, chunks: 1, facts: { kind: 'table' } });
    const text = ['--output-format', 'csv', '--compression', 'gzip'];
    const gzip = await plan(path, '--schema', schema, ...text);
    expect(gzip.text.bytes).toBeGreaterThan(2 * gzip.stored.bytes);
    const request = join(folder, 'request.json');
    const output = { partitionBy: ['name'] };
    await writeFile(request, JSON.stringify({ schema: { id: 'bigint', name: 'text' }, output }));
    const shuffled = await plan(path, '--request', request);
    expect(shuffled).toMatchObject({ partitions: 17, shuffle: { mappers: 1 } });
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('takes a request by its place, as run does, and names a file that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-plan-'));
    const request = join(folder, 'events.json');
    const uri = goldenPath(counts!.file);
    await writeFile(request, JSON.stringify({ source: { uri }, output: { compression: 'gzip' } }));
    expect(await plan(request)).toEqual(await plan(uri, '--compression', 'gzip'));
    const missing = await runHere(['plan', 'nope.npz']);
    expect(missing).toMatchObject({
      code: 1,
      stderr: 'error: SourceNotFoundError: nope.npz does not exist; check the path\n',
    });
  });

  it('says one number where the least and the most read the same, and no advice of seconds', async () => {
    const ended = await runHere(['plan', goldenPath(counts!.file)]);
    const text = ended.stdout.toString();
    expect(text).toMatch(/\nchunks +1 of [\d.]+ \w+\n/);
    expect(text).toMatch(/\ntime +about .+ on AWS( \(.+\))?\n/);
    expect(text).not.toContain('bound by');
  });

  it('is printed and ends with 1 where it passes a limit, with all numbers', async () => {
    const args = ['plan', goldenPath(counts!.file), '--max-cost', '0.0001', '--max-minutes', '0.1'];
    const ended = await runHere(args);
    expect(ended.code).toBe(1);
    expect(ended.stdout.toString()).toMatch(/\nprice .+ to write/);
    expect(ended.stdout.toString()).not.toContain('the run would');
    expect(ended.stderr).toMatch(
      /^error: BoundExceededError: the run would cost about .+ \(--max-cost, limits\.maxCostUsd\); take up to .+ \(--max-minutes, limits\.maxMinutes\); store about .+ \(limits\.outputBytes\);/,
    );
  });

  it('takes the prices of a file, and says where a Region has none', async () => {
    const path = goldenPath(counts!.file);
    const { warnings } = await plan(path, '--region', 'eu-north-1');
    expect(warnings[0]).toMatch(/^there are no prices of eu-north-1 here/);
    const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-prices-'));
    const file = join(folder, 'prices.json');
    const read = ['prices', 'eu-north-1', '--from', 'test/fixtures/price-list'];
    expect(await runHere([...read, '--out', file])).toMatchObject({ code: 0, stderr: '' });
    const own = await plan(path, '--prices', file);
    expect(own).toMatchObject({ prices: { region: 'eu-north-1' }, warnings: [] });
    await writeFile(file, '{}');
    const refused = await runHere(['plan', path, '--prices', file]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^error: PriceFileError: .+ is no file of prices: region must be/,
    );
  });
});

describe('prices', () => {
  it('prints what it found in a folder, and names what is no Price List', async () => {
    const found = await runHere(['prices', 'us-east-1', '--from', 'test/fixtures/price-list']);
    expect(JSON.parse(found.stdout.toString())).toMatchObject({ s3Put: 5e-6, lambdaRequest: 2e-7 });
    const missing = await runHere(['prices', 'us-east-1', '--from', 'test/fixtures']);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/^error: FileError: .+AWSLambda\.json does not exist/);
  });
});
