import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, ServiceUnavailableError } from '#core/errors.ts';
import { openText, readLines, type TextOptions } from '#core/text/text-source.ts';
import { withCounting } from '#support/counting-source.ts';

async function linesOf(source: ByteSource, options: TextOptions, from = 0): Promise<string[][]> {
  const text = await openText(source, options);
  const jobs: string[][] = [];
  for (let job = 0; job < text.jobs; job++) {
    let lines = '';
    for await (const { bytes, start, end } of readLines(text, job, from)) {
      lines += Buffer.from(bytes.subarray(start, end)).toString();
    }
    jobs.push(lines.split('\n').slice(0, -1));
  }
  return jobs;
}

function sourceOf(text: string | Uint8Array): ByteSource {
  return memorySource(typeof text === 'string' ? Buffer.from(text) : text, 'x');
}

describe('a plain text', () => {
  it('gives each job the lines that begin in its segment', async () => {
    const anyLines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), {
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.asyncProperty(
      anyLines,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      async (lines, segmentBytes, blockBytes, hasEnd) => {
        const text = lines.join('\n') + (hasEnd || lines.at(-1) === '' ? '\n' : '');
        const jobs = await linesOf(sourceOf(text), { segmentBytes, blockBytes });
        const expected = jobs.map((): string[] => []);
        let offset = 0;
        for (const line of lines) {
          expected[Math.floor(offset / segmentBytes)]?.push(line);
          offset += line.length + 1;
        }
        expect(jobs).toEqual(expected);
        expect(jobs.length).toBe(Math.ceil(text.length / segmentBytes));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('is read from the first wanted line, with a blank line before it', async () => {
    const source = sourceOf('head\nab\ncd\nef\n');
    expect(await linesOf(source, { segmentBytes: 100 }, 5)).toEqual([['', 'ab', 'cd', 'ef']]);
    const jobs = await linesOf(source, { segmentBytes: 3 }, 8);
    expect(jobs.flat().filter(Boolean)).toEqual(['cd', 'ef']);
  });

  it('is read by a job little beyond its segment', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const source = withCounting(sourceOf(line.repeat(100_000)));
    const text = await openText(source, { segmentBytes: 2_000_050, blockBytes: 1_000_000 });
    const before = source.bytesRead;
    let lines = 0;
    for await (const { start, end } of readLines(text, 2)) lines += (end - start) / 100;
    expect(lines).toBe(20_001);
    // Two blocks and the rest of the segment, then 64 KiB for its last line, and 128 KiB read
    // ahead.
    expect(source.bytesRead - before).toBe(2_000_051 + 3 * 65_536);
    expect(source.mostAtOnce).toBe(1);
  });
});

describe('a gzip file', () => {
  const TEXT = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join('');
  const lines = TEXT.split('\n').slice(0, -1);

  it.each([1, 10, 1e6])(
    'gives all lines in one job, read in blocks of %i bytes',
    async (blockBytes) => {
      const bytes = gzipSync(TEXT.slice(0, blockBytes === 1 ? 900 : undefined));
      const jobs = await linesOf(sourceOf(bytes), { segmentBytes: 7, blockBytes });
      expect(jobs).toHaveLength(1);
      expect(jobs[0]?.slice(0, 100)).toEqual(lines.slice(0, 100));
    },
  );

  it('may have any number of members, also empty ones', async () => {
    const members = [gzipSync(TEXT.slice(0, 100)), gzipSync(''), gzipSync(TEXT.slice(100))];
    for (const blockBytes of [13, 1e6]) {
      expect(await linesOf(sourceOf(Buffer.concat(members)), { blockBytes })).toEqual([lines]);
    }
  });

  it('is read from the first wanted line', async () => {
    const jobs = await linesOf(sourceOf(gzipSync(TEXT)), { blockBytes: 100 }, 7 * 7);
    expect(jobs).toEqual([lines.slice(7)]);
  });

  it('has offsets of the inflated text', async () => {
    const text = await openText(sourceOf(gzipSync(TEXT)));
    expect(text).toMatchObject({ uri: 'x (unpacked)', jobs: 1 });
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -9)],
    ['cut short in its trailer', (bytes: Buffer) => bytes.subarray(0, -3)],
    ['cut short in its header', (bytes: Buffer) => bytes.subarray(0, 5)],
    ['followed by garbage', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('garbage')])],
    ['padded with zeros', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(5000)])],
    [
      'followed by zeros and a member',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(20), bytes]),
    ],
    ['of a wrong checksum', (bytes: Buffer) => bytes.with(-6, (bytes.at(-6) ?? 0) ^ 1)],
    ['of damaged data', (bytes: Buffer) => bytes.with(100, (bytes.at(100) ?? 0) ^ 0xff)],
  ])('fails when it is %s', async (_, damage) => {
    for (const blockBytes of [50, 1e6]) {
      const source = sourceOf(damage(gzipSync(TEXT)));
      await expect(linesOf(source, { blockBytes })).rejects.toThrow(CorruptSourceError);
    }
  });

  it('fails if a line never ends', async () => {
    const source = sourceOf(Buffer.concat(Array(40).fill(gzipSync(Buffer.alloc(2 ** 20, 'x')))));
    await expect(linesOf(source, {})).rejects.toThrow(BoundExceededError);
  });

  it('fails if its text is far longer than the file', async () => {
    const member = gzipSync(Buffer.alloc(2 ** 20, '\n'));
    const source = sourceOf(Buffer.concat(Array(70).fill(member)));
    await expect(linesOf(source, {})).rejects.toThrow(
      /x inflates from 7\d+ bytes to more than 6\d+, allowed are 500 times as many; unpack it first/,
    );
  });

  it('fails as its source does, and stops when nobody reads on', async () => {
    const source = sourceOf(gzipSync(TEXT));
    const broken: ByteSource = {
      ...source,
      read: ({ offset, length }) =>
        offset > 100
          ? Promise.reject(new ServiceUnavailableError('no answer'))
          : source.read({ offset, length }),
    };
    await expect(linesOf(broken, { blockBytes: 60 })).rejects.toThrow(ServiceUnavailableError);
    const counting = withCounting(source);
    const text = await openText(counting, { blockBytes: 10 });
    for await (const _ of readLines(text, 0)) break;
    const { bytesRead } = counting;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(counting.bytesRead).toBe(bytesRead);
  });
});
