import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SOURCES } from './assembly.ts';
import { whyNot } from './playing.ts';
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
  name: 'an inbox goes on without an object that is gone',
  about: /Table/,
  async play(stack) {
    const uri = `s3://${SOURCES}/attempted/`;
    const Bucket = stack.outputBucket;
    const place = { Bucket: SOURCES, Key: 'attempted/1.csv', Body: 'id\n1\n' };
    const { ETag = '' } = await stack.s3.send(new PutObjectCommand(place));
    const pin = { uri: `${uri}1.csv`, etag: ETag.replaceAll('"', ''), versionId: null, size: 5 };
    const lines = [pin, { ...pin, uri: `${uri}2.csv` }].map((each) => JSON.stringify(each));
    const Key = 'attempted/_plan/objects-chosen.jsonl';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: `${lines.join('\n')}\n` }));
    return await whyNot(stack, {
      source: { inbox: { uri, targetBytes: 1 } },
      ...{ schema: { id: 'int' }, onBadRow: 'reject' },
      output: { uri: `s3://${Bucket}/attempted/`, mode: 'append' },
    });
  },
};
