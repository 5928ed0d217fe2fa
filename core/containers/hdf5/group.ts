import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';
import { expectVersion, type Hdf5File } from './file.ts';
import { readHeapObjects } from './fractal-heap.ts';
import { MESSAGE, type Message, readMessages } from './object-header.ts';
import { type OldLink, readSymbolTable } from './symbol-table.ts';

/** An object of a file: a group or a dataset. */
export interface Hdf5Object {
  readonly file: Hdf5File;
  /** Path, such as `layers/counts`; empty for the root group. */
  readonly path: string;
  /** Name of the object in messages. */
  readonly where: string;
  readonly messages: readonly Message[];
}

/**
 * What a name in a group points at: the address of an object header, the path of a soft link, or a
 * link that is not followed.
 */
type Link = OldLink | 'an external link';

/** Most soft links that are followed one after the other, as in HDF5's own library. */
const MAX_SOFT_LINKS = 16;

const FLAGS = { nameSizeBits: 3, creationOrder: 4, type: 8, charset: 16 } as const;

/** Types of links; higher numbers are types of users. */
const HARD = 0;
const SOFT = 1;

/** Record of a link by its name in a B-tree of version 2: a hash, then the heap id. */
const LINK_RECORD = { type: 5, idOffset: 4 } as const;

function parseLink(fields: Fields): [name: string, link: Link] {
  expectVersion(fields, 1, 'a link message');
  const flags = fields.u8();
  const type = flags & FLAGS.type ? fields.u8() : HARD;
  fields.skip((flags & FLAGS.creationOrder ? 8 : 0) + (flags & FLAGS.charset ? 1 : 0));
  const name = fields.text(fields.unsigned(1 << (flags & FLAGS.nameSizeBits)));
  if (type === HARD) return [name, fields.someAddress()];
  return [name, type === SOFT ? { path: fields.text(fields.u16()) } : 'an external link'];
}

/**
 * Reads the links of a group that are not in its header, as in newer files with more than eight
 * links.
 */
async function readDenseLinks(file: Hdf5File, info: Fields): Promise<Array<[string, Link]>> {
  expectVersion(info, 0, 'a link info message');
  const hasCreationIndex = (info.u8() & 1) !== 0;
  info.skip(hasCreationIndex ? 8 : 0);
  const heap = info.address();
  const index = info.address();
  if (heap === undefined || index === undefined) return [];
  const bodies = await readHeapObjects(file, { heap, index, record: LINK_RECORD }, info.where);
  return bodies.map(parseLink);
}

async function readLinks({ file, messages, where }: Hdf5Object): Promise<Map<string, Link>> {
  const links = new Map<string, Link>();
  for (const { type, body } of messages) {
    // A message is read once, but its fields may be parsed several times.
    const fields = body.again();
    if (type === MESSAGE.link) links.set(...parseLink(fields));
    if (type === MESSAGE.linkInfo) {
      for (const link of await readDenseLinks(file, fields)) links.set(...link);
    }
    if (type !== MESSAGE.symbolTable) continue;
    const table = { tree: fields.someAddress(), heap: fields.someAddress(), where };
    for (const link of await readSymbolTable(file, table)) links.set(...link);
  }
  return links;
}

/** True for a group, false for a dataset and everything else. */
export function isGroup({ messages }: Hdf5Object): boolean {
  return messages.some(({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo);
}

/** True for a dataset. */
export function isDataset({ messages }: Hdf5Object): boolean {
  return messages.some(({ type }) => type === MESSAGE.layout);
}

/** Names in a group, in no particular order. */
export async function listNames(group: Hdf5Object): Promise<string[]> {
  return [...(await readLinks(group)).keys()];
}

/** Opens the root group. */
export async function openRoot(file: Hdf5File): Promise<Hdf5Object> {
  const messages = await readMessages(file, file.root, file.uri);
  return { file, path: '', where: file.uri, messages };
}

/** A soft link, and how many were followed to get to it. */
interface SoftLink {
  readonly group: Hdf5Object;
  /** Path of the link itself, for messages. */
  readonly where: string;
  readonly target: string;
  readonly followed: number;
}

async function followSoftLink({ group, where, target, followed }: SoftLink): Promise<Hdf5Object> {
  if (followed >= MAX_SOFT_LINKS) {
    throw new UnsupportedSourceError(
      `${where} leads through more than ${MAX_SOFT_LINKS} soft links, perhaps in a circle; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  const start = target.startsWith('/') ? await openRoot(group.file) : group;
  const object = await openFrom(start, target, followed + 1);
  if (object !== undefined) return object;
  throw new UnsupportedSourceError(
    `${where} is a soft link to ${target}, which is not there; write the file again with what it stands for`,
  );
}

async function openLinked(
  group: Hdf5Object,
  name: string,
  followed: number,
): Promise<Hdf5Object | undefined> {
  const { file } = group;
  const link = (await readLinks(group)).get(name);
  if (link === undefined) return undefined;
  const path = group.path === '' ? name : `${group.path}/${name}`;
  const where = `${path} in ${file.uri}`;
  if (typeof link === 'number') {
    return { file, path, where, messages: await readMessages(file, link, where) };
  }
  if (typeof link === 'object') {
    return await followSoftLink({ group, where, target: link.path, followed });
  }
  throw new UnsupportedSourceError(
    `${where} is ${link}, allowed are objects of the file itself; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
  );
}

async function openFrom(
  start: Hdf5Object,
  path: string,
  followed: number,
): Promise<Hdf5Object | undefined> {
  let object: Hdf5Object | undefined = start;
  for (const name of path.split('/').filter((part) => part !== '' && part !== '.')) {
    if (!isGroup(object)) return undefined;
    object = await openLinked(object, name, followed);
    if (object === undefined) return undefined;
  }
  return object;
}

/**
 * Opens an object in a group by its name. Soft links are followed.
 *
 * @returns undefined if there is no such name.
 * @throws {UnsupportedSourceError} the name is an external link, or a soft link that leads nowhere.
 */
export async function openChild(group: Hdf5Object, name: string): Promise<Hdf5Object | undefined> {
  return await openLinked(group, name, 0);
}

/** Opens the object at a path such as `layers/counts`. @returns undefined if there is no object. */
export async function openPath(root: Hdf5Object, path: string): Promise<Hdf5Object | undefined> {
  return await openFrom(root, path, 0);
}

/**
 * Opens a dataset that a group must have.
 *
 * @throws {CorruptSourceError} the group has no dataset of that name.
 */
export async function openDatasetOf(group: Hdf5Object, name: string): Promise<Hdf5Object> {
  const child = await openChild(group, name);
  if (child !== undefined && isDataset(child)) return child;
  throw new CorruptSourceError(
    `${group.where} has no dataset ${name}, which a sparse matrix needs`,
  );
}
