import { memorySource } from '#core/bytes/memory-source.ts';
import { openPath, openRoot } from '#core/containers/hdf5/group.ts';
import { MESSAGE } from '#core/containers/hdf5/object-header.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';

/** Offset of the body of an object's first message of a type. */
export async function messageAt(
  bytes: Uint8Array,
  path: string,
  type: keyof typeof MESSAGE,
): Promise<number> {
  const object = await openPath(await openRoot(await openHdf5(memorySource(bytes))), path);
  const message = object?.messages.find((candidate) => candidate.type === MESSAGE[type]);
  if (message === undefined) throw new Error(`${path} has no ${type}`);
  return message.body.again().at;
}
