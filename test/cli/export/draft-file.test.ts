import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DraftFile } from '#cli/export/draft-file.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';

const BLOCK_BYTES = 4096;
const PIECE_BYTES = 16 * BLOCK_BYTES;

let folder: string;
let buffers: readonly Uint8Array[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'draft-file-'));
  buffers = openEncoderRoom({ count: 2, bytes: PIECE_BYTES }).buffers!;
  for (const [at, buffer] of buffers.entries()) buffer.set(buffer.map((_, i) => i * 7 + at));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** What a file holds after pieces were written one after the other. */
async function written(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const draft = DraftFile.open(folder);
  for (const piece of pieces) await draft.writeDirect(piece);
  await draft.keep();
  const bytes = readFileSync(draft.path);
  await draft.remove();
  return bytes;
}

it('has part buffers that begin at a block', () => {
  expect(buffers.map(({ byteOffset }) => byteOffset % BLOCK_BYTES)).toEqual([0, 0]);
});

it.each<[what: string, pieces: () => Uint8Array[]]>([
  ['whole blocks', () => [buffers[0]!, buffers[1]!]],
  ['whole blocks and an end', () => [buffers[0]!, buffers[1]!.subarray(0, BLOCK_BYTES + 5)]],
  ['less than a block', () => [buffers[0]!.subarray(0, 5)]],
  ['blocks behind an end', () => [buffers[0]!.subarray(0, BLOCK_BYTES + 5), buffers[1]!]],
  ['memory that begins elsewhere', () => [buffers[0]!.subarray(1), buffers[1]!.slice()]],
  ['nothing', () => [buffers[0]!.subarray(0, 0)]],
])('writes %s one after the other', async (_, pieces) => {
  expect(await written(pieces())).toEqual(Buffer.concat(pieces()));
});

it('leaves nothing when it is removed while a piece is written', async () => {
  const draft = DraftFile.open(folder);
  const writing = draft.writeDirect(buffers[0]!);
  await draft.remove();
  await writing;
  expect(readdirSync(folder)).toEqual([]);
});
