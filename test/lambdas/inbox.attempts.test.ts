import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { findUnlisted, prune } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { manifestProblems } from '#cli/verify/manifest-problems.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { patience } from '#support/patience.ts';
import { finalizeRun, writeRun } from '#support/run-steps.ts';
import { PlayedInbox } from '#support/tables/played-inbox.ts';
import { servedBucket } from '#test/served.ts';

/** Each run starts the engine. */
const TIMEOUT = { timeout: patience(8000) };

const { services, bucket } = await servedBucket();
const { signal } = new AbortController();

/** `{"id":17}` and a line feed for each row. */
function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

/** Clients of a process that dies after it has written an object. */
function dyingAfter(key: string) {
  const clients = services.connect();
  let isDead = false;
  hookClients(clients, async ({ name, subject }, send) => {
    if (isDead) throw new Error('the process died');
    const sent = await send();
    isDead = name === 'PutObject' && subject === key;
    return sent;
  });
  return clients;
}

/** An inbox of which a batch of two objects was chosen. */
async function chosen(name: string) {
  const inbox = new PlayedInbox(services, name);
  await inbox.put('a.jsonl', lines(1, 2));
  await inbox.put('b.jsonl', lines(3, 4));
  return { inbox, planned: await inbox.plan() };
}

function write(inbox: PlayedInbox, planned: Awaited<ReturnType<PlayedInbox['plan']>>) {
  return writeRun(services, inbox.stores, planned);
}

function finalize(inbox: PlayedInbox, run: Awaited<ReturnType<typeof writeRun>>) {
  return finalizeRun(services, inbox.stores, run);
}

describe('an object that is gone after it was chosen', TIMEOUT, () => {
  it('is left out of another attempt, and its new bytes are taken in later', async () => {
    const { inbox } = await chosen('replaced-late');
    await inbox.put('b.jsonl', lines(5, 6, 7, 8));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.listed('objects-chosen-000001-2.jsonl')).toEqual(['a.jsonl']);
    expect(await inbox.rows()).toEqual([1, 2]);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 5, 6, 7, 8]);
    inbox.pass(11);
    expect(await inbox.tick()).toBe('waiting');
  });

  it('leaves a new choice where all are gone', async () => {
    const { inbox } = await chosen('all-gone');
    await inbox.remove('a.jsonl');
    await inbox.remove('b.jsonl');
    expect(await inbox.tick()).toBe('waiting');
    await inbox.put('c.jsonl', lines(5, 6, 7, 8));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([5, 6, 7, 8]);
    await inbox.put('a.jsonl', lines(1, 2, 9, 10));
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([5, 6, 7, 8, 1, 2, 9, 10]);
  });

  it('may be gone in each attempt, and come again with the same bytes', async () => {
    const { inbox } = await chosen('again');
    await inbox.put('b.jsonl', lines(7));
    await inbox.plan();
    await inbox.remove('a.jsonl');
    await inbox.put('b.jsonl', lines(3, 4));
    await inbox.put('c.jsonl', lines(5, 6));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.listed('objects-chosen-000001-3.jsonl')).toEqual(['b.jsonl', 'c.jsonl']);
    expect(await inbox.rows()).toEqual([3, 4, 5, 6]);
  });

  it.each([
    ['chose its list', '_plan/objects-chosen-000001-2.jsonl'],
    ['wrote its plan', '_plan/plan-000001-2.jsonl'],
    ['wrote a file', 'data-g000001-2/chunk-000000.jsonl'],
    ['wrote its manifest', '_manifest/manifest-000001.json'],
  ])('is overcome where the attempt without it died when it %s', async (_, key) => {
    const { inbox } = await chosen(`attempt-${key.length}`);
    await inbox.remove('b.jsonl');
    const dying = dyingAfter(`${inbox.name}/${key}`);
    await expect(inbox.tick(dying)).rejects.toThrow('the process died');
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2]);
  });
});

describe('an object that its writer finds to be at fault', TIMEOUT, () => {
  /** The sample of a compressed text has its first 8 MiB. */
  const bad = gzipSync(`${lines(3).repeat(1_000_000)}${'{"id":"x"}\n'.repeat(100_001)}`);

  it('is left out of another attempt, and does not fail the batch after it', async () => {
    const inbox = new PlayedInbox(services, 'faulty');
    await inbox.put('a.jsonl', lines(1, 2));
    const uri = await inbox.put('b.jsonl.gz', bad);
    inbox.pass(11);
    const planned = await inbox.plan();
    await expect(write(inbox, planned)).rejects.toMatchObject({ object: uri });
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2]);
    const setAside = [{ uri, problem: expect.stringMatching(/more than 100000 rows/) }];
    expect(await inbox.plan()).toMatchObject({ decision: 'waiting', waiting: { setAside } });
    await inbox.put('c.jsonl', lines(4, 5, 6, 7));
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 4, 5, 6, 7]);
    expect(await inbox.listed('objects-chosen-000002-2.jsonl')).toEqual([]);
  });

  it('is not one that the role of the writer may not read', async () => {
    const { inbox, planned } = await chosen('denied-writer');
    const clients = services.connect();
    const $metadata = { httpStatusCode: 403 };
    hookClients(clients, async ({ name, subject }, send) => {
      const isDenied = name === 'GetObject' && subject.endsWith('b.jsonl');
      if (isDenied) throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata });
      return await send();
    });
    const denied = writeRun(clients, inbox.stores, planned);
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedError' });
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
  });

  it('leaves a new choice where nothing else was chosen', async () => {
    const inbox = new PlayedInbox(services, 'only-faulty');
    await inbox.put('b.jsonl.gz', bad);
    await expect(inbox.tick()).rejects.toMatchObject({ name: 'BoundExceededError' });
    expect(await inbox.plan()).toMatchObject({ decision: 'waiting', waiting: { objects: 1 } });
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
  });

  it('is taken in once it is put right', async () => {
    const inbox = new PlayedInbox(services, 'put-right');
    await inbox.put('b.jsonl.gz', bad);
    await expect(inbox.tick()).rejects.toMatchObject({ name: 'BoundExceededError' });
    await inbox.put('b.jsonl.gz', gzipSync(lines(5, 6, 7, 8)));
    inbox.pass(11);
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.rows()).toEqual([5, 6, 7, 8]);
  });
});

describe('two attempts at once', TIMEOUT, () => {
  /** Both have written their files; of the first one all was read before `b` was replaced. */
  async function raced(name: string) {
    const { inbox, planned } = await chosen(name);
    const first = await write(inbox, planned);
    await inbox.put('b.jsonl', lines(5, 6));
    const second = await write(inbox, await inbox.plan());
    return { inbox, first, second };
  }

  it('end with the rows of the first one where that was faster', async () => {
    const { inbox, first, second } = await raced('first-wins');
    expect(await finalize(inbox, first)).toBe(1);
    await expect(finalize(inbox, second)).rejects.toMatchObject({ name: 'OutputConflictError' });
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('end with the rows of the second one where that was faster', async () => {
    const { inbox, first, second } = await raced('second-wins');
    expect(await finalize(inbox, second)).toBe(1);
    await expect(finalize(inbox, first)).rejects.toMatchObject({ name: 'OutputConflictError' });
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 5, 6]);
  });

  it('publish what the first one proved before it died', async () => {
    const { inbox, first, second } = await raced('proved');
    const dying = dyingAfter('proved/_manifest/manifest-000001.json');
    await expect(finalizeRun(dying, inbox.stores, first)).rejects.toThrow('the process died');
    await expect(finalize(inbox, second)).rejects.toMatchObject({ name: 'OutputConflictError' });
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('fail one to be tried again where the other chose its rest first', async () => {
    const { inbox } = await chosen('rests');
    await inbox.remove('b.jsonl');
    const clients = services.connect();
    let isOvertaken = false;
    hookClients(clients, async ({ name, subject }, send) => {
      const isList = name === 'PutObject' && subject.endsWith('objects-chosen-000001-2.jsonl');
      if (isList && !isOvertaken) {
        isOvertaken = true;
        await inbox.put('b.jsonl', lines(3, 4));
        await inbox.remove('a.jsonl');
        await inbox.plan();
      }
      return await send();
    });
    await expect(inbox.tick(clients)).rejects.toMatchObject({ name: 'UploadConflictError' });
    expect(await inbox.tick(clients)).toBe(1);
    expect(await inbox.rows()).toEqual([3, 4]);
  });

  it('are refused where another run has the generation', async () => {
    const inbox = new PlayedInbox(services, 'not-ours');
    const source = await bucket.put('not-ours-source.jsonl', lines(9));
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.jsonl', lines(3, 4));
    const dying = dyingAfter('not-ours/_plan/objects-chosen.jsonl');
    await expect(inbox.tick(dying)).rejects.toThrow('the process died');
    const foreign = await inbox.plan({ ...inbox.request(), source });
    await inbox.remove('b.jsonl');
    await expect(inbox.tick()).rejects.toMatchObject({ name: 'OutputConflictError' });
    expect(await finalize(inbox, await write(inbox, foreign))).toBe(1);
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([9, 1, 2]);
  });
});

describe('an output with a later attempt', TIMEOUT, () => {
  it('goes on in its folder, is whole, and can be pruned', async () => {
    const companions = { format: 'jsonl', companions: ['hive'], targetFileBytes: 16 * 1024 ** 2 };
    const inbox = new PlayedInbox(services, 'goes-on', { ...companions, mode: 'append' });
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    expect(await inbox.tick()).toBe(1);
    await inbox.put('b.jsonl', lines(5, 6));
    await inbox.put('c.jsonl', lines(7, 8));
    await write(inbox, await inbox.plan());
    await inbox.remove('b.jsonl');
    expect(await inbox.tick()).toBe(2);
    await inbox.put('d.jsonl', lines(9, 10, 11, 12));
    expect(await inbox.tick()).toBe(3);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4, 7, 8, 9, 10, 11, 12]);

    const uri = `s3://${services.bucket}/goes-on/`;
    const stored = await openRunInS3(services.s3, `${uri}_manifest/manifest.json`, signal);
    const places = [
      'data/chunk-000000',
      'data-g000002-2/chunk-000001',
      'data-g000002-2/chunk-000002',
    ];
    const urls = places.map((place) => `${uri}${place}.jsonl`);
    expect(stored.manifest.entries.map(({ url }) => url)).toEqual(urls);
    expect(stored.manifest.attempts).toEqual([{ generation: 2, attempt: 2, chunk: 1 }]);
    expect(manifestProblems(stored)).toEqual([]);
    const symlink = await bucket.text('goes-on/_manifest/hive-000003/symlink/symlink.txt');
    expect(symlink?.trim().split('\n')).toEqual(urls);

    const output = s3Output(services.s3, uri, signal);
    const unlisted = [{ key: 'data/chunk-000001.jsonl' }];
    expect(await Array.fromAsync(findUnlisted(output))).toMatchObject(unlisted);
    expect(await Array.fromAsync(prune(output))).toMatchObject(unlisted);
    expect(await inbox.rows()).toHaveLength(10);
  });
});
