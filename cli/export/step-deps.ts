import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { TryMeter } from '#lambdas/shared/try-meter.ts';
import { type FolderMount, mountedAt } from './folder-mounts.ts';
import { mountedStore } from './mounted-store.ts';
import { contentVersion, objectLedgers, storedVersion, unrecorded } from './object-ledger.ts';
import { serveFolders } from './serve-folders.ts';
import type { SharedParts } from './write-folder.ts';

/** Where a run reads and writes; it may be sent to a thread. */
export interface ExportPlaces {
  /** What lies in folders of this machine. */
  readonly mounts: readonly FolderMount[];
  readonly outputBucket: string;
  /** What the SQL of a transform may call. */
  readonly functions: FunctionModules;
  /** Set where all chunks become one file. */
  readonly parts?: SharedParts;
}

/**
 * What the steps of a run need from outside, as a deployment would give it: but files are objects
 * of buckets, records of chunks are objects, and nothing is logged.
 */
export function exportDeps({ mounts, outputBucket, functions, parts = {} }: ExportPlaces) {
  const s3 = createS3Client();
  const files = fileObjectStore();
  serveFolders(s3, mounts, { files, parts });
  const isFolder = mountedAt(mounts, outputBucket, '') !== undefined;
  const recorded = objectLedgers(s3, isFolder ? contentVersion : storedVersion);
  const openLedger = parts.isMeasured ? unrecorded(recorded) : recorded;
  return {
    ...{ s3, outputBucket, functions, openLedger, mounts },
    storeOf: (signal: AbortSignal) => mountedStore(mounts, files, s3ObjectStore(s3, signal)),
    ...{ requestDefaults: {}, transforms: {}, connections: [] },
    logger: { appendKeys: () => {}, info: () => {}, warn: () => {} },
    metrics: { addMetric: () => undefined },
    meter: new TryMeter(),
    now: () => new Date(),
    region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    close: async () => {
      s3.destroy();
      await files.close();
    },
  };
}

export type ExportDeps = ReturnType<typeof exportDeps>;
