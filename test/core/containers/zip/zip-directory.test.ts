import { describe, expect, it } from 'vitest';
import { readZipDirectory } from '#core/containers/zip/zip-directory.ts';
import {
  directoryEntry,
  type Entry,
  endingWith,
  endRecord,
  endRecords64,
  extraField,
} from './zip-records.ts';

const ENTRY: Entry = {
  name: 'däta.npy',
  method: 0x0102,
  crc32: 0xa1b2c3d4,
  compressedBytes: 0x01020304,
  bytes: 0x05060708,
  localOffset: 0x090a0b0c,
};

const MEMBER = {
  name: 'däta.npy',
  method: 0x0102,
  isEncrypted: false,
  compressedBytes: 0x01020304,
  bytes: 0x05060708,
  crc32: 0xa1b2c3d4,
  localOffset: 0x090a0b0c,
};

const OFFSET = 7;
const WIDE = 0xffffffff;

function read(directory: Uint8Array, members = 1) {
  const end = endRecord({ members, offset: OFFSET, length: directory.length });
  const tail = Buffer.concat([directory, end]);
  return readZipDirectory(endingWith(tail, OFFSET + tail.length));
}

async function memberOf(entry: Partial<Entry>) {
  const { members } = await read(directoryEntry({ ...ENTRY, ...entry }));
  return members.get(ENTRY.name);
}

describe('an entry of the directory', () => {
  it('gives every field from its place', async () => {
    const { members, offset } = await read(directoryEntry(ENTRY));
    expect(offset).toBe(OFFSET);
    expect([...members]).toEqual([['däta.npy', MEMBER]]);
  });

  it('is encrypted by the first of its flags alone', async () => {
    expect(await memberOf({ flags: 0xfffe })).toEqual(MEMBER);
    expect(await memberOf({ flags: 1 })).toEqual({ ...MEMBER, isEncrypted: true });
  });

  it('is followed by the next behind its extra data and comment', async () => {
    const first = { ...ENTRY, extra: extraField(0x7075, [1, 4], [2, 4]), comment: 'as a comment' };
    const { members } = await read(
      Buffer.concat([directoryEntry(first), directoryEntry({ ...ENTRY, name: 'b' })]),
      2,
    );
    expect([...members.values()]).toEqual([MEMBER, { ...MEMBER, name: 'b' }]);
  });

  it.each([
    ['bytes', [[0x0102030405, 8]]],
    ['compressedBytes', [[0x0102030405, 8]]],
    ['localOffset', [[0x0102030405, 8]]],
  ] as const)('takes %s of more than 4 GiB from its zip64 field', async (field, values) => {
    const extra = Buffer.concat([extraField(0x7075, [9, 8]), extraField(1, ...values)]);
    expect(await memberOf({ [field]: WIDE, extra })).toEqual({ ...MEMBER, [field]: 0x0102030405 });
  });

  it('takes several from it in their order', async () => {
    const extra = extraField(1, [0x1111111111, 8], [0x2222222222, 8], [0x3333333333, 8]);
    const wide = { bytes: WIDE, compressedBytes: WIDE, localOffset: WIDE, extra };
    expect(await memberOf(wide)).toEqual({
      ...MEMBER,
      bytes: 0x1111111111,
      compressedBytes: 0x2222222222,
      localOffset: 0x3333333333,
    });
  });

  it('fails where its zip64 field is missing, too short or cut short', async () => {
    const whole = extraField(1, [5, 8]);
    for (const extra of [
      new Uint8Array(),
      extraField(2, [5, 8]),
      extraField(1, [5, 4]),
      whole.subarray(0, -1),
      Buffer.concat([extraField(9, [5, 4]), whole]).subarray(0, -1),
    ])
      await expect(memberOf({ bytes: WIDE, extra })).rejects.toThrow('a damaged zip directory');
  });

  it('fails where it is cut short or has another signature', async () => {
    const entry = directoryEntry({ ...ENTRY, comment: 'ab' });
    const other = Buffer.from(entry);
    other[0] = 0;
    for (const bytes of [entry.subarray(0, -1), entry.subarray(0, 45), other])
      await expect(read(bytes)).rejects.toThrow('a damaged zip directory at offset 7');
    const second = Buffer.concat([entry, other]);
    await expect(read(second, 2)).rejects.toThrow(`at offset ${7 + entry.length}`);
  });
});

describe('a directory', () => {
  it('fails on two members of one name, and on more or fewer than it should list', async () => {
    const entry = directoryEntry(ENTRY);
    await expect(read(Buffer.concat([entry, entry]), 2)).rejects.toThrow(
      'two members named däta.npy',
    );
    for (const members of [0, 2])
      await expect(read(entry, members)).rejects.toThrow(
        `should hold ${members} members, its zip directory lists 1`,
      );
  });

  it('is read up to 1 MiB', async () => {
    const name = (bytes: number) => 'n'.repeat(bytes);
    const entries = Array.from({ length: 16 }, (_, i) =>
      directoryEntry({ ...ENTRY, name: `${i}`.padStart(2, '0') + name(65_536 - 46 - 2) }),
    );
    expect((await read(Buffer.concat(entries), 16)).members.size).toBe(16);
    const longer = [...entries.slice(1), directoryEntry({ ...ENTRY, name: name(65_491) })];
    await expect(read(Buffer.concat(longer), 16)).rejects.toThrow(
      'a zip directory of 1048577 bytes, allowed are 1048576',
    );
  });

  it('of zip64 is found as any other', async () => {
    const directory = directoryEntry(ENTRY);
    const end = { members: 1, offset: 0, length: directory.length };
    const records = endRecords64(end, directory.length);
    const { members } = await readZipDirectory(endingWith(Buffer.concat([directory, records])));
    expect([...members.values()]).toEqual([MEMBER]);
  });
});
