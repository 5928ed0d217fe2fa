import { expect, test } from 'vitest';
import { Cleanup } from '#local/cleanup.ts';

function recorded(): { readonly cleanup: Cleanup; readonly ended: string[] } {
  const ended: string[] = [];
  const cleanup = new Cleanup();
  for (const name of ['first', 'second']) cleanup.defer(async () => ended.push(name));
  return { cleanup, ended };
}

test('ends the last first, and once', async () => {
  const { cleanup, ended } = recorded();
  await cleanup.end();
  await cleanup.end();
  expect(ended).toEqual(['second', 'first']);
});

test('ends what is moved only by its new owner', async () => {
  const { cleanup, ended } = recorded();
  const moved = cleanup.move();
  {
    await using _ = cleanup;
  }
  expect(ended).toEqual([]);
  await moved.end();
  expect(ended).toEqual(['second', 'first']);
});

test('ends the others after an error', async () => {
  const { cleanup, ended } = recorded();
  cleanup.defer(() => Promise.reject(new Error('stuck')));
  await expect(cleanup.end()).rejects.toThrow('stuck');
  expect(ended).toEqual(['second', 'first']);
});
