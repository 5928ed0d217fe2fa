/** Setup of test files whose core notes what runs: hands the notes on with the file's results. */
import { afterAll } from 'vitest';

const hits = new Set<string>();
Object.assign(globalThis, { noteHit: (hit: string) => hits.add(hit) });

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads which fixtures are asked for off the pattern.
afterAll(({}, suite) => {
  Object.assign(suite.meta, { hits: [...hits] });
});
