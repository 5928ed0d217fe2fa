import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SOURCES } from './assembly.ts';
import { isConflictAt, reasonsOf, whyNot } from './playing.ts';
import type { Scenario } from './scenario.ts';

export const inbox: Scenario = {
  name: 'an inbox takes in what arrived, and waits',
  about: /PlanTable/,
  async play(stack) {
    await stack.putSource('inbox/1.csv', Buffer.from('id\n1\n'));
    const request = {
      source: { inbox: { uri: `s3://${SOURCES}/inbox/`, targetBytes: 1 } },
      ...{ schema: { id: 'int' }, onBadRow: 'reject' },
      output: { uri: `s3://${stack.outputBucket}/taken-in/`, mode: 'append' },
    };
    const first = await whyNot(stack, request);
    return first ?? (await whyNot(stack, request));
  },
};

/** A list that an earlier tick has chosen, of an object that is there and one that is gone. */
export const attempted: Scenario = {
  name: 'an inbox goes on without an object that is gone, once what lies in its way is removed',
  about: /Table/,
  async play(stack) {
    const uri = `s3://${SOURCES}/attempted/`;
    const Bucket = stack.outputBucket;
    const place = { Bucket: SOURCES, Key: 'attempted/1.csv', Body: 'id\n1\n' };
    const { ETag = '' } = await stack.s3.send(new PutObjectCommand(place));
    const pin = { uri: `${uri}1.csv`, etag: ETag.replaceAll('"', ''), versionId: null, size: 5 };
    const lines = [pin, { ...pin, uri: `${uri}2.csv` }].map((each) => JSON.stringify(each));
    const list = { Bucket, Key: 'attempted/_plan/objects-chosen.jsonl' };
    await stack.s3.send(new PutObjectCommand({ ...list, Body: `${lines.join('\n')}\n` }));
    const foreign = { Bucket, Key: 'attempted/data-g000001-2/chunk-000000.parquet' };
    await stack.s3.send(new PutObjectCommand({ ...foreign, Body: 'of someone else' }));
    const request = {
      source: { inbox: { uri, targetBytes: 1 } },
      ...{ schema: { id: 'int' }, onBadRow: 'reject' },
      output: { uri: `s3://${Bucket}/attempted/`, mode: 'append' },
    };
    const ended = await reasonsOf(stack, await stack.run(request));
    await stack.s3.send(new DeleteObjectCommand(foreign));
    return isConflictAt(ended, foreign.Key) ? await whyNot(stack, request) : ended;
  },
};

/** A table of which no sample finds that more values are bad than are rejected. */
function badBehindSample(): Buffer {
  return gzipSync(`id\n${'1234567\n'.repeat(1_100_000)}${'x\n'.repeat(100_001)}`);
}

export const faulty: Scenario = {
  name: 'an inbox goes on without an object that its writer finds to be at fault',
  about: /Table/,
  async play(stack) {
    await stack.putSource('faulty/1.csv.gz', badBehindSample());
    const request = {
      source: { inbox: { uri: `s3://${SOURCES}/faulty/`, targetBytes: 1 } },
      ...{ schema: { id: 'int' }, onBadRow: 'reject' },
      output: { uri: `s3://${stack.outputBucket}/faulty/`, mode: 'append' },
    };
    const first = await whyNot(stack, request);
    if (!first?.includes('more than 100000 rows')) return first ?? 'the bad values were taken in';
    return await whyNot(stack, request);
  },
};
