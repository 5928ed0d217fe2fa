import { describe, expect, it } from 'vitest';
import { readZipEnd } from '#core/containers/zip/zip-end.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { endingWith, endRecord, endRecords64 } from './zip-records.ts';

const LENGTH = 0x01020304;
const OFFSET = 0x0a0b0c0d;
const END = { members: 0x0506, offset: OFFSET, length: LENGTH };

describe('the end record', () => {
  it('says where the directory lies and how many members it lists', async () => {
    const source = endingWith(endRecord(END), OFFSET + LENGTH + 22);
    expect(await readZipEnd(source)).toEqual({
      directory: { offset: OFFSET, length: LENGTH },
      memberCount: 0x0506,
    });
  });

  it('may be all of the file', async () => {
    const empty = endingWith(endRecord({ members: 0, offset: 0, length: 0 }));
    expect(await readZipEnd(empty)).toEqual({
      directory: { offset: 0, length: 0 },
      memberCount: 0,
    });
  });

  it.each([1, 2, 65_535])('is found before a comment of %i bytes', async (bytes) => {
    const end = endRecord(END, '#'.repeat(bytes));
    const { memberCount } = await readZipEnd(endingWith(end, OFFSET + LENGTH + end.length));
    expect(memberCount).toBe(0x0506);
  });

  it('is the last one whose comment ends with the file', async () => {
    const inner = endRecord({ members: 9, offset: 0, length: 0 }, 'x').toString('latin1');
    const end = endRecord(END, `${inner}yz`);
    const source = endingWith(end, OFFSET + LENGTH + end.length);
    expect((await readZipEnd(source)).memberCount).toBe(0x0506);
  });

  it('is the last one where the file goes on behind its comment', async () => {
    const longer = endingWith(Buffer.concat([endRecord(END), Buffer.of(10)]), OFFSET + LENGTH + 23);
    expect((await readZipEnd(longer)).directory).toEqual({ offset: OFFSET, length: LENGTH });
  });

  it('fails where there is none', async () => {
    for (const source of [endingWith(new Uint8Array(100)), endingWith(Buffer.of(1))])
      await expect(readZipEnd(source)).rejects.toThrow('has no end record');
  });

  it('fails where the directory does not end before it', async () => {
    for (const size of [-1, 1]) {
      const source = endingWith(endRecord(END), OFFSET + LENGTH + 22 + size);
      await expect(readZipEnd(source)).rejects.toThrow(
        `a zip directory of ${LENGTH} bytes at offset ${OFFSET}, which does not end where its end records begin (${OFFSET + LENGTH + size})`,
      );
      await expect(readZipEnd(source)).rejects.toThrow(CorruptSourceError);
    }
  });

  it('fails on a part of an archive of several disks', async () => {
    const source = endingWith(endRecord({ ...END, disk: 0x0102 }), OFFSET + LENGTH + 22);
    await expect(readZipEnd(source)).rejects.toThrow('is disk 258 of a split zip archive');
    await expect(readZipEnd(source)).rejects.toThrow(UnsupportedSourceError);
  });
});

describe('the end record of zip64', () => {
  const FAR = { members: 0x0102030405, offset: 0x0807060504, length: 0x0203040506 };
  const AT = FAR.offset + FAR.length;
  const RECORDS_BYTES = 56 + 20 + 22;

  it('is taken where its locator stands', async () => {
    const source = endingWith(endRecords64(FAR, AT), AT + RECORDS_BYTES);
    expect(await readZipEnd(source)).toEqual({
      directory: { offset: FAR.offset, length: FAR.length },
      memberCount: FAR.members,
    });
  });

  it('may stand at the start of the file', async () => {
    const source = endingWith(endRecords64({ members: 0, offset: 0, length: 0 }, 0));
    expect((await readZipEnd(source)).directory).toEqual({ offset: 0, length: 0 });
  });

  it('is none without a locator', async () => {
    const records = endRecords64(FAR, AT);
    records[56] = 0;
    await expect(readZipEnd(endingWith(records, AT + RECORDS_BYTES))).rejects.toThrow(
      'a zip directory of 4294967295 bytes at offset 4294967295',
    );
  });

  it('fails where the locator points elsewhere, or at something else', async () => {
    const other = endRecords64(FAR, AT);
    other[0] = 0;
    for (const records of [endRecords64(FAR, AT + 1), endRecords64(FAR, AT - 1), other])
      await expect(readZipEnd(endingWith(records, AT + RECORDS_BYTES))).rejects.toThrow(
        'has a zip64 locator that points at no zip64 record',
      );
  });

  it('fails on a part of an archive of several disks', async () => {
    const records = endRecords64({ ...FAR, disk: 0x010203 }, AT);
    await expect(readZipEnd(endingWith(records, AT + RECORDS_BYTES))).rejects.toThrow(
      'is disk 66051 of a split zip archive',
    );
  });
});
