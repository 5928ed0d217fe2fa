import { expect, it } from 'vitest';
import { segmentsKey, uploadKey } from '#core/run/output-keys.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { parseUploadRecord, uploadRecord } from '#core/run/upload-record.ts';

it('is read as it was written', () => {
  const record = { uploadId: 'an id', key: 'out/data/rows.csv' };
  expect(parseUploadRecord(uploadRecord(record))).toEqual(record);
  expect(() => parseUploadRecord('{"uploadId":1}')).toThrow(/the record of an upload did not get/);
});

it('has a key for each generation and upload', () => {
  expect(uploadKey('out/', 1, 2)).toBe('out/_plan/upload-000002.json');
  expect(uploadKey('out/', 3, 1)).toBe('out/_plan/upload-000003-000001.json');
  expect(segmentsKey('out/', 3)).toBe('out/_manifest/segments-000003.jsonl');
});

it('names another record of the ledger for each further upload', () => {
  const run = { runId: 'r', generation: 1 };
  expect(ledgerName({ ...run, upload: { number: 1 } })).toBe(ledgerName(run));
  expect(ledgerName({ ...run, upload: { number: 2 } })).toBe('r/upload-2');
  expect(ledgerName({ ...run, generation: 2, upload: { number: 3 } })).toBe('r@2/upload-3');
});
