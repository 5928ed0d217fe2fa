import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest's global setup: gives all workers one temporary directory, and removes it at the end with
 * everything in it. Nothing else removes what workers use until they end, such as a deployed stack.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-tests-'));
  process.env['TMPDIR'] = directory;
  return () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
