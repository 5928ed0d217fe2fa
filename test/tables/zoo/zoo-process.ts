/** Reads the specimens whose numbers it is sent, and says how each ended and what it took. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readTable, type TableEnd } from '#support/tables/read-table.ts';
import { ZOO } from './zoo.ts';

/** What became of a specimen. */
export interface ZooEnd {
  readonly end: TableEnd;
  readonly milliseconds: number;
  /** The most that the process held meanwhile. */
  readonly peakBytes: number;
  /** Whether something of this machine stands in the error. */
  readonly isLeaky: boolean;
}

const root = await mkdtemp(join(tmpdir(), 'zoo-'));

/** From here on the peak is counted anew. */
async function resetPeak(): Promise<void> {
  await writeFile('/proc/self/clear_refs', '5');
}

async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

async function read(index: number): Promise<ZooEnd> {
  const { asked, objects } = ZOO[index]!;
  const inputs = objects().map(({ name, bytes }) => memorySource(bytes, name));
  await resetPeak();
  const began = performance.now();
  const directory = join(root, String(index));
  const bytes = inputs.reduce((sum, { size }) => sum + size, 0);
  const end = await readTable(inputs, asked, { directory, sliceBytes: Math.ceil(bytes / 4) + 1 });
  const milliseconds = performance.now() - began;
  const isLeaky = end.end !== 'accepted' && /\/zoo-\w{6}|node_modules/.test(end.message);
  // Rows of 4 MB are not sent.
  const isLong = end.end === 'accepted' && end.rows.length > 100;
  const sent = isLong ? { ...end, rows: end.rows.map(() => '') } : end;
  return { end: sent, milliseconds, peakBytes: await peakBytes(), isLeaky };
}

process.on('message', async (index: number) => process.send?.(await read(index)));
process.on('disconnect', async () => {
  await rm(root, { recursive: true });
  process.exit();
});
process.send?.('ready');
