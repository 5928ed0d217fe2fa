/** Setup of test files whose core records what runs: adds the record to the results. */
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

// biome-ignore lint/correctness/noEmptyPattern: the pattern names the fixtures.
afterAll(({}, suite) => {
  Object.assign(suite.meta, { hits: [...outside] });
});
