import { describe, expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { printJobs } from '#cli/jobs/print-jobs.ts';
import { SourceNotFoundError } from '#core/errors.ts';
import { claimKey } from '#core/run/output-keys.ts';
import { ledgerName } from '#core/run/run-id.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import { Collector } from '#test/cli/run-command.ts';
import { servedBucket } from '#test/served.ts';

const { services, bucket } = await servedBucket();

const RUN = '0123456789abcdef0123456789abcdef';
const figures = { bytes: 5, contentBytes: 5, crc32: '0000002a', etag: 'e', counts: {} };

function chunk(index: number, first: string, last: string | null, keys: number): GatherChunk {
  return {
    ...{ index, partition: [], within: { start: 0, end: 9 }, list: { offset: 0, length: 9 } },
    keys: { first: [first], last: [last], keys },
  };
}

/** Two chunks of keys, one that failed twice, and one under way after a try that failed. */
async function recorded(name: string, generation: number): Promise<void> {
  await bucket.put(claimKey(`${name}/`, generation), Buffer.from(JSON.stringify({ runId: RUN })));
  let minute = 0;
  const now = () => new Date(Date.UTC(2026, 10, 29, 10, minute++));
  const key = ledgerName({ runId: RUN, generation });
  const ledger = new Ledger(services.dynamo, services.table, key, now);
  const done = chunk(0, '10001', '10317', 40);
  await ledger.start(done);
  await ledger.done(done, { attempt: 1 }, { ...figures, recordCount: 7 });
  const failed = chunk(1, '10318', '10400', 3);
  for (const attempt of [1, 2]) {
    await ledger.start(failed);
    await ledger.fail(failed, { attempt }, new RangeError(`try ${attempt}`));
  }
  const running = chunk(2, '10401', null, 9);
  await ledger.start(running);
  await ledger.fail(running, { attempt: 1 }, new Error('again'));
  await ledger.start(running);
}

async function printed(name: string, fields: object = {}, json = false): Promise<string> {
  const stdout = new Collector();
  const { signal } = new AbortController();
  const place = { s3: services.s3, dynamo: services.dynamo, table: services.table };
  const uri = `s3://${services.bucket}/${name}`;
  await printJobs(place, { uri, ...fields }, { stdout, stderr: new Collector(), json, signal });
  return stdout.bytes().toString();
}

describe('jobs', () => {
  it('prints of each chunk its keys, times, tries and error', async () => {
    await recorded('whole', 1);
    const [title, ...lines] = (await printed('whole/')).trimEnd().split('\n');
    expect(title).toBe(`run ${RUN}, generation 1: 3 jobs`);
    const cells = lines.map((line) => line.split(/ {2,}/));
    expect(cells).toEqual([
      ...[
        [
          'chunk',
          'status',
          'tries',
          'started',
          'finished',
          'rows',
          'keys',
          'first',
          'last',
          'error',
        ],
      ],
      [
        ...['0', 'done', '1', '2026-11-29T10:00:00.000Z', expect.stringContaining('T10:0'), '7'],
        ...['40', '["10001"]', '["10317"]'],
      ],
      [
        ...['1', 'failed', '2', '2026-11-29T10:12:00.000Z', '2026-11-29T10:17:00.000Z'],
        ...['3', '["10318"]', '["10400"]', 'RangeError: try 2'],
      ],
      ['2', 'running', '2', '2026-11-29T10:24:00.000Z', '9', '["10401"]', '[null]'],
    ]);
  });

  it('reads the last generation, or the one that is named; those alone that failed', async () => {
    await recorded('more', 1);
    await recorded('more', 2);
    const { generation, jobs } = JSON.parse(await printed('more', { failed: true }, true));
    expect(generation).toBe(2);
    expect(jobs).toEqual([
      expect.objectContaining({
        ...{ index: 1, status: 'failed', tries: 2, covers: 'keys ["10318"] to ["10400"]' },
        error: { name: 'RangeError', message: 'try 2' },
      }),
    ]);
    expect(await printed('more', { generation: 1 })).toContain('generation 1: 3 jobs');
    await expect(printed('more', { generation: 7 })).rejects.toThrow('claimed generation 7 of s3:');
  });

  it('prints what chunks of a matrix cover, and refuses what no run has claimed', async () => {
    await bucket.put(claimKey('rows/', 1), Buffer.from(JSON.stringify({ runId: `${RUN}r` })));
    const now = () => new Date(0);
    const ledger = new Ledger(services.dynamo, services.table, `${RUN}r`, now);
    await ledger.start({ index: 0, rowStart: 3, rowEnd: 9 });
    expect(await printed('rows')).toMatch(/covers +error\n0 +running +1 .* rows 3 to 9\n$/);
    await expect(printed('none')).rejects.toThrow(SourceNotFoundError);
    await expect(printed('none')).rejects.toThrow(
      `no run has claimed s3://${services.bucket}/none/; give the output.uri of a run`,
    );
  });
});
