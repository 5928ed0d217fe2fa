import { expect, test } from 'vitest';
import { inTurn } from '#core/bytes/in-turn.ts';
import { memorySource } from '#core/bytes/memory-source.ts';

/** A source that logs when its reads begin and end, and fails on those at byte 0. */
function loggedSource() {
  const log: string[] = [];
  const memory = memorySource(Uint8Array.of(1, 2, 3, 4), 'x');
  const read: typeof memory.read = async (range) => {
    log.push(`begin ${range.offset}`);
    await new Promise((resolve) => setTimeout(resolve, 4 - range.offset));
    log.push(`end ${range.offset}`);
    if (range.offset === 0) throw new Error('no byte 0');
    return await memory.read(range);
  };
  return { log, source: { ...memory, read } };
}

const at = (offset: number) => ({ offset, length: 1 });

test('makes reads one after the other, in the order of the requests', async () => {
  const { log, source } = loggedSource();
  const turns = inTurn(source);
  expect(turns).toMatchObject({ uri: 'x', size: 4, etag: source.etag });
  const bytes = await Promise.all([turns.read(at(1)), turns.read(at(3)), turns.read(at(2))]);
  expect(bytes).toEqual([Uint8Array.of(2), Uint8Array.of(4), Uint8Array.of(3)]);
  expect(log).toEqual(['begin 1', 'end 1', 'begin 3', 'end 3', 'begin 2', 'end 2']);
});

test('makes the next read after one that failed', async () => {
  const { log, source } = loggedSource();
  const turns = inTurn(source);
  const [failed, read] = await Promise.allSettled([turns.read(at(0)), turns.read(at(1))]);
  expect(failed).toMatchObject({ status: 'rejected', reason: new Error('no byte 0') });
  expect(read).toEqual({ status: 'fulfilled', value: Uint8Array.of(2) });
  expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
});
