import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepLine, keptLines } from '#local/events/kept-lines.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-lines-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('kept lines', () => {
  it('come back in their order, none without a file', async () => {
    const file = join(directory, 'order');
    expect(await keptLines(file)).toEqual([]);
    await keepLine(file, { n: 1 });
    await keepLine(file, { n: 2, text: 'a\nb' });
    expect(await keptLines(file)).toEqual([{ n: 1 }, { n: 2, text: 'a\nb' }]);
  });

  it('come back without a line that is being written or was cut off, and with those after it', async () => {
    const file = join(directory, 'cut');
    await keepLine(file, { n: 1 });
    await appendFile(file, '\n{"n": 2, "te');
    expect(await keptLines(file)).toEqual([{ n: 1 }]);
    await keepLine(file, { n: 3 });
    expect(await keptLines(file)).toEqual([{ n: 1 }, { n: 3 }]);
  });
});
