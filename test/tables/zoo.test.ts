import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import type { Answer } from './zoo/specimen.ts';
import { ZOO } from './zoo/zoo.ts';
import type { ZooEnd } from './zoo/zoo-process.ts';

/** A function has 1,769 MB, of which the engine may take half. */
const MOST_BYTES = 900e6;

const MOST_MILLISECONDS = patience(5_000);

let child: ChildProcess;

beforeAll(async () => {
  child = fork(join(import.meta.dirname, 'zoo/zoo-process.ts'));
  await once(child, 'message');
});
afterAll(async () => {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
});

/** A process that is gone, or hangs, fails the test by its time limit. */
async function read(index: number): Promise<ZooEnd> {
  child.send(index);
  const [end] = await once(child, 'message');
  return end;
}

function summary({ end }: ZooEnd, answer: Answer) {
  if (end.end !== 'accepted') return `${end.name}: ${end.message}`;
  const [, ...lines] = end.rows;
  return 'rows' in answer
    ? { rows: lines.map((line) => Object.values(JSON.parse(line))) }
    : { count: lines.length };
}

describe('an odd or damaged table', { timeout: MOST_MILLISECONDS }, () => {
  it.each(ZOO.map(({ name, answer }, index) => [name, index, answer] as const))(
    '%s',
    async (_, index, answer) => {
      const ended = await read(index);
      const wanted = 'refused' in answer ? expect.stringMatching(answer.refused) : answer;
      expect(summary(ended, answer)).toEqual(wanted);
      expect(ended.isLeaky).toBe(false);
      expect(ended.peakBytes).toBeLessThan(MOST_BYTES);
    },
  );
});
