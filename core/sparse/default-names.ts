import type { Names } from './names.ts';

const BATCH = 4096;

/** The names that pandas gives to columns or rows without any: `0`, `1`, `2`, … */
export function defaultNames(count: number): Names {
  return {
    uri: 'the default names',
    async *read() {
      let from = 0;
      do {
        const length = Math.min(BATCH, count - from);
        const start = from;
        yield Array.from({ length }, (_, at) => String(start + at));
        from += length;
      } while (from < count);
    },
  };
}
