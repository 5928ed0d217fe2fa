import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lookAtInbox } from '#cli/tables/inspect-inbox.ts';
import { OutputConflictError } from '#core/errors.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { patience } from '#support/patience.ts';
import { finishRun } from '#support/run-steps.ts';
import { PlayedInbox } from '#support/tables/played-inbox.ts';
import { servedBucket } from '#test/served.ts';

/** Each run starts the engine. */
const TIMEOUT = { timeout: patience(4000) };

const { services, bucket } = await servedBucket();

const LINE_BYTES = 9;

/** `{"id":17}` and a line feed for each row. */
function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

describe('an inbox', TIMEOUT, () => {
  it('waits where there is nothing, and where there is little', async () => {
    const inbox = new PlayedInbox(services, 'little');
    const waiting = { objects: 0, bytes: 0, oldest: null, setAside: [] };
    expect(await inbox.plan()).toEqual({ decision: 'waiting', waiting });
    await inbox.put('a.jsonl', lines(1));
    await inbox.put('_SUCCESS', 'done');
    expect(await inbox.plan()).toMatchObject({
      decision: 'waiting',
      waiting: { objects: 1, bytes: LINE_BYTES, oldest: expect.stringMatching(/^20.*Z$/) },
    });
    expect(await bucket.below('little/')).toEqual({});
  });

  it('takes in each object once, as it has the target, an age, or is large', async () => {
    const inbox = new PlayedInbox(services, 'rules');
    await inbox.put('b.jsonl', lines(1, 2));
    await inbox.put('a.jsonl', lines(3, 4));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([3, 4, 1, 2]);
    expect(await inbox.tick()).toBe('waiting');

    const large = Array.from({ length: 20 }, (_, at) => 100 + at);
    await inbox.put('c.jsonl', lines(5));
    await inbox.put('d.jsonl', lines(...large));
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.tick()).toBe('waiting');
    expect(await inbox.listed('objects-000002.jsonl')).toEqual(['d.jsonl']);

    inbox.pass(11);
    expect(await inbox.tick()).toBe(3);
    expect(await inbox.rows()).toEqual([3, 4, 1, 2, ...large, 5]);
    expect(await inbox.tick()).toBe('waiting');
  });

  it('takes other bytes under a key as a new object, and the same ones as the old', async () => {
    const inbox = new PlayedInbox(services, 'replaced');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    expect(await inbox.tick()).toBe(1);
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    expect(await inbox.tick()).toBe('waiting');
    await inbox.put('a.jsonl', lines(5, 6, 7, 8));
    expect(await inbox.tick()).toBe(2);
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    expect(await inbox.tick()).toBe('waiting');
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('is seen with what is in, what waits, and what was replaced', async () => {
    const inbox = new PlayedInbox(services, 'seen');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    await inbox.put('b.jsonl', lines(5));
    expect(await inbox.tick()).toBe(1);
    await inbox.put('a.jsonl', lines(6));
    await inbox.put('c.jsonl', lines(7));
    const request = parseTableRequest(inbox.request());
    const seen = await lookAtInbox(services.s3, request, new AbortController().signal);
    expect(seen).toMatchObject({
      ...{ generations: 1, unfinished: null, in: 1, waiting: 2, waitingBytes: 2 * LINE_BYTES },
      ...{ due: 0, replaced: [`s3://${services.bucket}/seen-in/a.jsonl`], setAside: [] },
    });
  });

  it('leaves out values that do not fit, and takes in what comes after them', async () => {
    const inbox = new PlayedInbox(services, 'rejected');
    await inbox.put('a.jsonl', `${lines(1)}{"id":"no number"}\n${lines(2)}`);
    expect(await inbox.tick()).toBe(1);
    await inbox.put('b.jsonl', lines(3, 4, 5, 6));
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('plans a batch and writes nothing as a dry run', async () => {
    const inbox = new PlayedInbox(services, 'dry');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const planned = await inbox.plan({ ...inbox.request(), dryRun: true });
    expect(planned).toMatchObject({ decision: 'dry-run', summary: { facts: { objects: 1 } } });
    expect(await bucket.below('dry/')).toEqual({});
  });
});

describe('an object that cannot be taken in', TIMEOUT, () => {
  it('is set aside and named, and does not stop the others', async () => {
    const inbox = new PlayedInbox(services, 'aside');
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.png', Buffer.from('\u0089PNG\r\n\u001a\n and so on'));
    await inbox.put('c.jsonl', `${lines(7)}{"id":`);
    await inbox.put('d.jsonl.gz', gzipSync(lines(8, 9)).subarray(0, -4));
    await inbox.put('e.jsonl', lines(3, 4));
    const planned = await inbox.plan();
    expect(planned).toMatchObject({ decision: 'write', run: { facts: { objects: 2 } } });
    const { warnings } = (planned as { summary: { warnings: readonly string[] } }).summary;
    expect(warnings.map((text) => /set aside: .*aside-in\/(\S+)/.exec(text)?.[1])).toEqual([
      ...['b.png', 'c.jsonl', 'd.jsonl.gz', undefined],
    ]);
    expect(warnings.at(-1)).toMatch(/aside-in\/ keeps no versions, so .* switch versioning on$/);
    expect(await finishRun(services, services, planned)).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
    inbox.pass(11);
    expect(await inbox.plan()).toMatchObject({
      decision: 'waiting',
      waiting: { objects: 3, setAside: [{}, {}, {}] },
    });
    await inbox.put('c.jsonl', lines(7));
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 7]);
  });

  it('is one that is deleted or replaced after it was listed', async () => {
    const inbox = new PlayedInbox(services, 'gone');
    for (const name of ['a', 'b', 'c', 'd']) await inbox.put(`${name}.jsonl`, lines(1, 2));
    const clients = services.connect();
    let isListed = false;
    hookClients(clients, async ({ name, subject }, send) => {
      const sent = await send();
      if (name === 'ListObjectsV2' && subject === 'gone-in/' && !isListed) {
        isListed = true;
        await inbox.remove('b.jsonl');
        await inbox.put('c.jsonl', lines(3));
      }
      return sent;
    });
    expect(await inbox.tick(clients)).toBe(1);
    expect(await inbox.listed('objects.jsonl')).toEqual(['a.jsonl', 'd.jsonl']);
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 1, 2, 3]);
  });

  it('is left for a batch of its own where it is of another format', async () => {
    const inbox = new PlayedInbox(services, 'kinds');
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.csv', 'id\n3\n');
    await inbox.put('c.jsonl', lines(4, 5));
    inbox.pass(11);
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 4, 5, 3]);
  });
});

describe('a tick after one that did not end', TIMEOUT, () => {
  it('goes on with the list of that, whatever arrived meanwhile', async () => {
    const inbox = new PlayedInbox(services, 'resumed');
    await inbox.put('b.jsonl', lines(1, 2, 3, 4));
    await inbox.plan();
    await inbox.put('a.jsonl', lines(5, 6, 7, 8));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each([
    ['chose its list', '_plan/objects-chosen.jsonl'],
    ['claimed its generation', '_manifest/run.json'],
    ['wrote its plan', '_plan/plan.jsonl'],
    ['wrote a file', 'data/chunk-000000.jsonl'],
    ['wrote its manifest', '_manifest/manifest-000001.json'],
  ])('takes everything in once when that died where it %s', async (_, key) => {
    const inbox = new PlayedInbox(services, `died-${key.length}`);
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const clients = services.connect();
    let isDead = false;
    hookClients(clients, async ({ name, subject }, send) => {
      if (isDead) throw new Error('the process died');
      const sent = await send();
      isDead = name === 'PutObject' && subject === `${inbox.name}/${key}`;
      return sent;
    });
    await expect(inbox.tick(clients)).rejects.toThrow('the process died');
    await inbox.put('b.jsonl', lines(5, 6, 7, 8));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('two ticks at once', TIMEOUT, () => {
  it('fails one to be tried again where the other chose first', async () => {
    const inbox = new PlayedInbox(services, 'raced');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const clients = services.connect();
    let isOvertaken = false;
    hookClients(clients, async ({ name, subject }, send) => {
      if (!isOvertaken && name === 'PutObject' && subject === 'raced/_plan/objects-chosen.jsonl') {
        isOvertaken = true;
        await inbox.put('b.jsonl', lines(5, 6, 7, 8));
        await inbox.plan();
      }
      return await send();
    });
    await expect(inbox.tick(clients)).rejects.toMatchObject({ name: 'UploadConflictError' });
    expect(await inbox.tick(clients)).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('fails one to be tried again where the other has come to its end', async () => {
    const inbox = new PlayedInbox(services, 'late');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const clients = services.connect();
    let isOvertaken = false;
    hookClients(clients, async ({ name, subject }, send) => {
      const sent = await send();
      if (!isOvertaken && name === 'ListObjectsV2' && subject === 'late-in/') {
        isOvertaken = true;
        await inbox.put('b.jsonl', lines(5, 6, 7, 8));
        expect(await inbox.tick()).toBe(1);
      }
      return sent;
    });
    await expect(inbox.tick(clients)).rejects.toMatchObject({ name: 'UploadConflictError' });
    expect(await inbox.tick(clients)).toBe('waiting');
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('refuses to take in while another run has the generation', async () => {
    const inbox = new PlayedInbox(services, 'foreign');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const source = await bucket.put('foreign-source.jsonl', lines(9));
    const planned = await inbox.plan({ ...inbox.request(), source });
    await expect(inbox.plan()).rejects.toThrow(OutputConflictError);
    expect(await finishRun(services, services, planned)).toBe(1);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([9, 1, 2, 3, 4]);
  });
});
