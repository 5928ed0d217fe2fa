import { join } from 'node:path';
import { type FileObjectStore, fileObjectStore } from '#cli/sources/file-object-store.ts';
import { folderStageStore } from '#cli/sources/folder-stage-store.ts';
import type { ResolveContext } from '#core/sources/resolve-source.ts';

/** Where everything of one check lies. */
export interface CheckFolder {
  readonly source: string;
  readonly staged: string;
}

/** The files of a folder. */
export function inFolder(folder: string): CheckFolder {
  return { source: join(folder, 'shuffled.npz'), staged: join(folder, 'staged') };
}

/** Sources and staged objects as files, as on the command line; the store must be closed. */
export function stageContext({ staged }: CheckFolder): {
  readonly context: ResolveContext;
  readonly files: FileObjectStore;
} {
  const files = fileObjectStore();
  const stagedFor = (stageId: string) => folderStageStore(join(staged, stageId), files);
  return { files, context: { options: {}, store: files, stagedFor } };
}
