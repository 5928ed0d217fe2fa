import { expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { type AuditedChunk, type AuditedTry, readAudit, readStarts } from '#aws/ledger-audit.ts';
import { servedBucket } from '#test/served.ts';

const { services } = await servedBucket();
const place = { client: services.dynamo, table: services.table };

const START = Date.UTC(2026, 10, 21);
const figures = { bytes: 5, contentBytes: 7, crc32: '0000002a', etag: 'e', counts: {} };
const measures = { rssMiB: 161, isCold: false, readMs: 120, encodeMs: 3400, sendMs: 4100 };

function chunk(index: number) {
  return { index, rowStart: index * 10, rowEnd: index * 10 + 10 };
}

async function audited(name: string) {
  const chunks: AuditedChunk[] = [];
  const tries: AuditedTry[] = [];
  await readAudit(place, name, {
    chunk: (item) => void chunks.push(item),
    try: (item) => void tries.push(item),
  });
  const byIndex = (a: { index: number }, b: { index: number }) => a.index - b.index;
  return { chunks: chunks.sort(byIndex), tries: tries.sort(byIndex) };
}

it('reads every chunk and every try of a run once, and of no other', async () => {
  let clock = START;
  const now = () => {
    clock += 1000;
    return new Date(clock);
  };
  const ledger = new Ledger(services.dynamo, services.table, 'audited', now);
  await new Ledger(services.dynamo, services.table, 'other', now).start(chunk(0));
  await ledger.start(chunk(0));
  await ledger.fail(chunk(0), { attempt: 1, measures }, new RangeError('why'));
  await ledger.start(chunk(0));
  await ledger.done(chunk(0), { attempt: 2, measures: { ...measures, requestId: 'r' } }, figures);
  await ledger.start(chunk(17));
  const { chunks, tries } = await audited('audited');
  expect(chunks).toMatchObject([
    { index: 0, tries: 2, status: 'done', bytes: 5, contentBytes: 7 },
    { index: 17, tries: 1, status: 'running' },
  ]);
  expect(chunks[1]).not.toHaveProperty('bytes');
  expect(tries).toMatchObject([
    { index: 0, attempt: 1, outcome: 'RangeError', message: 'why', ...measures },
    { index: 0, attempt: 2, outcome: 'done', ...measures, requestId: 'r' },
    { index: 17, attempt: 1 },
  ]);
  expect(tries[2]).not.toHaveProperty('finished');
  expect(Date.parse(tries[0]!.finished!)).toBeGreaterThan(Date.parse(tries[0]!.started));
});

it('reads when a run was started, and by what', async () => {
  const ledger = new Ledger(services.dynamo, services.table, 'starts', () => new Date(START));
  const run = {
    source: { uri: 's3://in/x.npz', etag: 'e', versionId: null, size: 9 },
    ...{ runId: 'starts', location: { bucket: 'out', prefix: 'x/' }, generation: 1 },
  };
  await ledger.startRun('text', 'execution-1', run);
  await ledger.startRun('text', 'execution-2', run);
  const at = new Date(START).toISOString();
  expect(await readStarts(place, 'starts')).toEqual({
    ...{ firstStarted: at, lastStarted: at, lastExecution: 'execution-2' },
  });
  expect(await readStarts(place, 'never')).toBeUndefined();
});
