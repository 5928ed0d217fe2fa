import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputConflictError } from '#core/errors.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { patience } from '#support/patience.ts';
import { finishRun, planRun, runSteps } from '#support/run-steps.ts';

/** Each run starts the engine. */
const TIMEOUT = { timeout: patience(4000) };

let services: LocalServices;
let bucket: BucketContents;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
});
afterAll(() => services.close());

const LINE_BYTES = 9;

/** `{"id":17}` and a line feed for each row. */
function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

/** An inbox that takes in thirty bytes, ten minutes or an object of a hundred bytes. */
class Inbox {
  readonly name: string;
  #minute = 0;

  constructor(name: string) {
    this.name = name;
  }

  request(output: object = {}): object {
    const uri = `s3://${services.bucket}/${this.name}-in/`;
    return {
      source: { inbox: { uri, targetBytes: 30, maxAge: '10 minutes', largeBytes: 100 } },
      schema: { id: 'int' },
      output: {
        uri: `s3://${services.bucket}/${this.name}/`,
        ...{ mode: 'append', format: 'jsonl', ...output },
      },
    };
  }

  put(key: string, content: string | Uint8Array): Promise<string> {
    return bucket.put(`${this.name}-in/${key}`, content);
  }

  async remove(key: string): Promise<void> {
    const Key = `${this.name}-in/${key}`;
    await services.s3.send(new DeleteObjectCommand({ Bucket: services.bucket, Key }));
  }

  pass(minutes: number): void {
    this.#minute += minutes;
  }

  get stores() {
    const now = () => new Date(Date.now() + this.#minute * 60_000);
    return { ...services, now };
  }

  tick(clients = services.connect()) {
    return runSteps(clients, this.stores, this.request());
  }

  plan(request = this.request()) {
    return planRun(services, this.stores, request);
  }

  /** The rows of the output by its latest manifest. */
  async rows(): Promise<readonly number[]> {
    const objects = await bucket.below(`${this.name}/`);
    const { entries } = JSON.parse(objects[`${this.name}/_manifest/manifest.json`]!);
    const texts = (entries as { url: string }[]).map(
      ({ url }) => objects[url.slice(`s3://${services.bucket}/`.length)]!,
    );
    return texts
      .flatMap((text) => text.split('\n').slice(0, -1))
      .map((line) => (JSON.parse(line) as { id: number }).id);
  }

  /** Names of the objects of a list below the plan. */
  async listed(name: string): Promise<readonly string[]> {
    const text = (await bucket.below(`${this.name}/`))[`${this.name}/_plan/${name}`] ?? '';
    return parsePins(Buffer.from(text)).map(({ uri }) => uri.slice(uri.lastIndexOf('/') + 1));
  }
}

describe('an inbox', TIMEOUT, () => {
  it('waits where there is nothing, and where there is little', async () => {
    const inbox = new Inbox('little');
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
    const inbox = new Inbox('rules');
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
    const inbox = new Inbox('replaced');
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

  it('plans a batch and writes nothing as a dry run', async () => {
    const inbox = new Inbox('dry');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const planned = await inbox.plan({ ...inbox.request(), dryRun: true });
    expect(planned).toMatchObject({ decision: 'dry-run', summary: { facts: { objects: 1 } } });
    expect(await bucket.below('dry/')).toEqual({});
  });
});

describe('an object that cannot be taken in', TIMEOUT, () => {
  it('is set aside and named, and does not stop the others', async () => {
    const inbox = new Inbox('aside');
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.png', Buffer.from('\u0089PNG\r\n\u001a\n and so on'));
    await inbox.put('c.jsonl', `${lines(7)}{"id":`);
    await inbox.put('d.jsonl.gz', gzipSync(lines(8, 9)).subarray(0, -4));
    await inbox.put('e.jsonl', lines(3, 4));
    const planned = await inbox.plan();
    expect(planned).toMatchObject({ decision: 'write', run: { facts: { objects: 2 } } });
    const { warnings } = (planned as { summary: { warnings: readonly string[] } }).summary;
    expect(warnings.map((text) => /set aside: .*aside-in\/(\S+)/.exec(text)?.[1])).toEqual([
      ...['b.png', 'c.jsonl', 'd.jsonl.gz'],
    ]);
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
    const inbox = new Inbox('gone');
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
    const inbox = new Inbox('kinds');
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
    const inbox = new Inbox('resumed');
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
    const inbox = new Inbox(`died-${key.length}`);
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
    const inbox = new Inbox('raced');
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
    const inbox = new Inbox('late');
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
    const inbox = new Inbox('foreign');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const source = await bucket.put('foreign-source.jsonl', lines(9));
    const planned = await inbox.plan({ ...inbox.request(), source });
    await expect(inbox.plan()).rejects.toThrow(OutputConflictError);
    expect(await finishRun(services, services, planned)).toBe(1);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([9, 1, 2, 3, 4]);
  });
});
