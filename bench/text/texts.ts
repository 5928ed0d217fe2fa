import { Buffer } from 'node:buffer';

/** One kind of text, about `bytes` long. */
export interface TextKind {
  readonly name: string;
  readonly format: 'mtx' | 'svmlight';
  /** Lines of entries, without the header of a Matrix Market file. */
  make(bytes: number): Uint8Array<ArrayBuffer>;
}

const COLUMNS = 20_000;

/** Numbers that are the same in every run (xorshift32). */
function createRandom(): (limit: number) => number {
  let state = 2_463_534_242;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * limit;
  };
}

/** A text of about 1 MiB of lines, repeated. */
function repeatLines(bytes: number, line: () => string): Uint8Array<ArrayBuffer> {
  let block = '';
  while (block.length < 1024 * 1024) block += line();
  const text = Buffer.alloc(Math.ceil(bytes / block.length) * block.length, block, 'latin1');
  return new Uint8Array(text);
}

function mtxOf(value: (random: (limit: number) => number) => string): TextKind['make'] {
  return (bytes) => {
    const random = createRandom();
    const index = () => 1 + Math.floor(random(COLUMNS));
    return repeatLines(bytes, () => `${index()} ${index()} ${value(random)}\n`);
  };
}

function svmlightOf(value: (random: (limit: number) => number) => string): TextKind['make'] {
  return (bytes) => {
    const random = createRandom();
    return repeatLines(bytes, () => {
      const entries: string[] = [];
      for (let column = random(600); column < COLUMNS; column += 1 + random(600)) {
        entries.push(`${Math.floor(column)}:${value(random)}`);
      }
      return `1 ${entries.join(' ')}\n`;
    });
  };
}

const count = (random: (limit: number) => number) => String(1 + Math.floor(random(random(40))));
const weight = (random: (limit: number) => number) => String(random(1) / (1 + random(30)));
const rounded = (random: (limit: number) => number) => random(1).toPrecision(16);

/** What is measured: counts, and weights as SciPy and scikit-learn print them. */
export const TEXTS: readonly TextKind[] = [
  { name: 'mtx integer', format: 'mtx', make: mtxOf(count) },
  { name: 'mtx real, counts', format: 'mtx', make: mtxOf(count) },
  { name: 'mtx real, TF-IDF of up to 17 digits', format: 'mtx', make: mtxOf(weight) },
  { name: 'svmlight, counts', format: 'svmlight', make: svmlightOf(count) },
  { name: 'svmlight, TF-IDF of 16 digits', format: 'svmlight', make: svmlightOf(rounded) },
];
