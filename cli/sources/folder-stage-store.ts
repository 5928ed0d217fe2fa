import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SourceNotFoundError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { listFiles } from './file-object-store.ts';
import { pinFile } from './file-source.ts';

/** Staged objects as files of a folder; each appears by rename. */
export function folderStageStore(folder: string, store: ObjectStore): StageStore {
  return {
    async open(name) {
      try {
        const pin = await pinFile(join(folder, name));
        return { pin, source: store.open(pin) };
      } catch (error) {
        if (error instanceof SourceNotFoundError) return undefined;
        throw error;
      }
    },
    async list(below) {
      const staged = new Map<string, StagedObject>();
      const subfolder = join(folder, below.slice(0, below.lastIndexOf('/') + 1), '/');
      const isThere = (await stat(subfolder).catch(() => undefined)) !== undefined;
      if (!isThere) return staged;
      for await (const pin of listFiles(subfolder)) {
        const name = relative(folder, pin.uri);
        if (name.startsWith(below)) staged.set(name, { pin, source: store.open(pin) });
      }
      return staged;
    },
    async create(name, pieces) {
      const path = join(folder, name);
      // Drafts lie outside the folders that are listed, because another process may list them at
      // any time.
      const draft = join(folder, `draft-${randomUUID()}`);
      await mkdir(dirname(path), { recursive: true });
      const file = await open(draft, 'wx');
      try {
        for await (const piece of pieces) await file.writeFile(piece);
        await file.close();
        await rename(draft, path);
      } catch (error) {
        await file.close();
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}
