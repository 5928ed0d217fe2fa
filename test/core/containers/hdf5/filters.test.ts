import { describe, expect, it } from 'vitest';
import { Fields } from '#core/containers/hdf5/fields.ts';
import { parseFilters } from '#core/containers/hdf5/filters.ts';

function u16(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 255, value >> 8]);
}

function u32(...values: readonly number[]): number[] {
  return values.flatMap((value) => u16(value & 0xffff, value >>> 16));
}

function text(name: string, bytes: number): number[] {
  return [...Buffer.from(name.padEnd(bytes, '\0'))];
}

function parse(...bytes: readonly number[]) {
  const sizes = { offsetBytes: 8, lengthBytes: 8 };
  const fields = new Fields({ bytes: Uint8Array.from(bytes), at: 0, where: 'X/data', sizes });
  const filters = parseFilters(fields);
  return { filters, left: fields.left };
}

const RESERVED = [0, 0, 0, 0, 0, 0];

describe('filters of version 1', () => {
  it('are read to their end: names and odd numbers of values are padded', () => {
    const { filters, left } = parse(
      ...[1, 3, ...RESERVED],
      ...[...u16(2, 8, 1, 1), ...text('shuffle', 8), ...u32(6, 99)],
      ...[...u16(1, 5, 1, 2), ...text('gzip', 8), ...u32(4, 9)],
      ...u16(3, 0, 1, 0),
    );
    expect(filters).toEqual([
      { kind: 'shuffle', itemBytes: 6 },
      { kind: 'deflate', itemBytes: 0 },
      { kind: 'fletcher32', itemBytes: 0 },
    ]);
    expect(left).toBe(0);
  });

  it('may be a shuffle without a length', () => {
    const { filters, left } = parse(...[1, 1, ...RESERVED], ...u16(2, 0, 1, 0));
    expect(filters).toEqual([{ kind: 'shuffle', itemBytes: 0 }]);
    expect(left).toBe(0);
  });

  it('take of more values the first', () => {
    const { filters, left } = parse(...[1, 1, ...RESERVED], ...u16(2, 0, 1, 3), ...u32(4, 5, 6, 0));
    expect(filters).toEqual([{ kind: 'shuffle', itemBytes: 4 }]);
    expect(left).toBe(0);
  });
});

describe('filters of version 2', () => {
  it('carry names from number 256 on, which are not padded', () => {
    const { filters, left } = parse(
      ...[2, 3],
      ...[...u16(2, 1, 1), ...u32(8)],
      ...[...u16(3, 1, 0)],
      ...[...u16(32_000, 5, 1, 3), ...text('lzf', 5), ...u32(4, 5, 6)],
    );
    expect(filters).toEqual([
      { kind: 'shuffle', itemBytes: 8 },
      { kind: 'fletcher32', itemBytes: 0 },
      { kind: 'lzf', itemBytes: 0 },
    ]);
    expect(left).toBe(0);
  });

  it('may be five, and no more', () => {
    const shuffle = [...u16(2, 1, 1), ...u32(2)];
    const many = (count: number) => [2, count, ...Array(count).fill(shuffle).flat()];
    expect(parse(...many(5)).filters).toHaveLength(5);
    expect(parse(2, 0).filters).toEqual([]);
    expect(() => parse(...many(6))).toThrow(
      'X/data has 6 filters of version 2, expected at most 5',
    );
  });
});

it.each([0, 3])('fails on version %i', (version) => {
  expect(() => parse(version, 0, ...RESERVED)).toThrow(`0 filters of version ${version}`);
});

it('fails on two compressors, of which each can turn few bytes into many', () => {
  const gzip = u16(1, 1, 0);
  const lzf = u16(32_000, 0, 1, 0);
  expect(() => parse(2, 2, ...gzip, ...lzf)).toThrow('X/data is compressed twice');
  expect(() => parse(2, 2, ...lzf, ...lzf)).toThrow('X/data is compressed twice');
  expect(parse(2, 1, ...lzf).filters).toHaveLength(1);
});

it.each([
  [4, 'szip'],
  [5, 'n-bit'],
  [6, 'scale-offset'],
  [7, 'filter 7'],
  [255, 'filter 255'],
  [256, 'filter 256'],
  [307, 'bzip2'],
  [32_001, 'blosc'],
  [32_004, 'lz4'],
  [32_008, 'bitshuffle'],
  [32_013, 'zfp'],
  [32_015, 'zstd'],
  [32_026, 'blosc2'],
])('fails on filter %i by its name, %s', (number, name) => {
  const named = number >= 256 ? u16(number, 0, 1, 0) : u16(number, 1, 0);
  expect(() => parse(2, 1, ...named)).toThrow(`X/data is compressed by ${name}, allowed are`);
});
