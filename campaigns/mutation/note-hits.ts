/** Setup of test files whose core notes what runs: hands the notes on with the results. */
import { afterAll, afterEach, beforeEach } from 'vitest';

/** What runs outside of all tests, such as when the file is loaded. */
const outside = new Set<string>();
let current = outside;

Object.assign(globalThis, { noteHit: (hit: string) => current.add(hit) });

beforeEach(() => {
  current = new Set();
});

afterEach(({ task }) => {
  Object.assign(task.meta, { hits: [...current] });
  current = outside;
});

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads off the pattern which fixtures are asked for.
afterAll(({}, suite) => {
  Object.assign(suite.meta, { hits: [...outside] });
});
