import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LARGE_GZIP_BYTES } from '#core/tables/run/text-indexes.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

const MIB = 1024 * 1024;
const SCHEMA = { id: 'bigint', note: 'text' };
const MEMBERS = 9;

let stack: LocalStack;
/** Eight MiB of CSV, in which every seventh note has a line feed; and the same as a gzip member. */
let block: Buffer;
let member: Buffer;

function blockOf(bytes: number): Buffer {
  const noise = randomBytes(bytes).toString('base64');
  const records: string[] = [];
  for (let id = 0, at = 0; at < bytes; id++, at += 1000) {
    const note = noise.slice(at, at + 990);
    records.push(id % 7 === 0 ? `${id},"new\n${note}"\n` : `${id},${note}\n`);
  }
  return Buffer.from(records.join(''));
}

beforeAll(async () => {
  stack = await LocalStack.shared();
  block = blockOf(8 * MIB);
  // What does not compress is quick to make, and fills an object.
  member = gzipSync(block, { level: 0 });
  expect(MEMBERS * member.length).toBeGreaterThan(LARGE_GZIP_BYTES);
});

function gzipOf(each: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: MEMBERS }, () => each));
}

function outputAt(name: string): object {
  const uri = `s3://${stack.outputBucket}/large/${name}/`;
  return { uri, format: 'csv', csv: { header: false }, files: 3 };
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/large/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

const source = (uri: string) => ({ source: { uri, csv: { header: false } }, schema: SCHEMA });

/** The message about the execution whose input names a source. */
async function messageAbout(uri: string) {
  const find = async () => {
    const messages = await stack.cloud.topicMessages(stack.output('FailureTopicArn'));
    return messages
      .map(({ message }) => JSON.parse(message))
      .find(({ requestPayload }) => requestPayload.detail.input.includes(uri));
  };
  await expect.poll(find, { timeout: patience(10_000) }).toBeDefined();
  return await find();
}

describe('a large text in gzip', { timeout: patience(60_000) }, () => {
  it('is read in the middle by several writers', async () => {
    const uri = await stack.putSource('large/a.csv.gz', gzipOf(member));
    await stack.runToSuccess({ ...source(uri), output: outputAt('packed') });
    const staged = await stack.keys('_staged/');
    expect(staged.filter((key) => key.endsWith('/index/text.idx'))).toHaveLength(1);
    const { entries, totals } = await manifestOf('packed');
    expect(entries).toHaveLength(3);
    for (const { rowStart, rowEnd } of entries) {
      expect((rowEnd - rowStart) / totals.rows).toBeCloseTo(1 / 3, 1);
    }
    // Its records are written as they are read.
    const files = await Promise.all(entries.map(({ url }) => stack.read(url)));
    const text = Buffer.concat(Array.from({ length: MEMBERS }, () => block));
    expect(Buffer.compare(Buffer.concat(files), text)).toBe(0);
  });

  it('is staged for no request that does not fit it, or what its rows come after', async () => {
    const few = await stack.putSource('large/few.csv', Buffer.from('1,a\n'));
    const to = (mode: string) => ({ ...outputAt('first'), files: 1, mode });
    await stack.runToSuccess({ ...source(few), output: to('create') });
    const before = await stack.keys('_staged/');
    const uri = await stack.putSource('large/unfit.csv.gz', gzipOf(member));
    const refused = async (request: object) => {
      const { status, error, cause } = await stack.run({ ...source(uri), ...request });
      expect(status).toBe('FAILED');
      return `${error}: ${cause}`;
    };
    const sql = (text: string) => ({ transform: { sql: text } });
    expect(await refused(sql('select sum(id) from input'))).toMatch(/RequestError.*transform.sql/);
    const one = { ...sql('select id from input'), expect: { columns: 2 } };
    expect(await refused(one)).toMatch(/ExpectationError.*expect.columns is 2/);
    const other = { ...sql('select id, id as note from input'), output: to('append') };
    expect(await refused(other)).toMatch(/OutputConflictError.*column 2/);
    expect(await stack.keys('_staged/')).toEqual(before);
  });

  it('is refused by its name where a member is damaged', async () => {
    const bytes = gzipOf(member);
    // The CRC-32 of the first member.
    bytes[member.length - 8]! ^= 1;
    const uri = await stack.putSource('large/damaged.csv.gz', bytes);
    const ended = await stack.run({ ...source(uri), output: outputAt('damaged') });
    expect(ended.status).toBe('FAILED');
    const { responsePayload } = await messageAbout(uri);
    expect(JSON.stringify(responsePayload)).toContain(`preparing ${uri}`);
    expect(JSON.stringify(responsePayload)).toContain('CorruptSourceError');
    expect(await stack.keys('large/damaged/')).toEqual([]);
  });
});
