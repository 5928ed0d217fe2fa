import { changeBytes, changeFrom } from './change-bytes.ts';
import { changeNpy } from './change-npy.ts';
import { type Change, type ChangeContext, concat, fromText } from './changes.ts';
import { deflateSomehow } from './deflate-ways.ts';
import { readParts, writeParts, type ZipPart } from './zip-parts.ts';

const FORMATS = ['csr', 'csc', 'coo', 'bsr', 'dia', 'gcxs', 'lil'];

const NAMES = [
  ...['indptr', 'indices', 'data', 'shape', 'format', 'row', 'col', 'offsets', 'a/b', ''],
  ...['coords', 'fill_value', 'compressed_axes'],
];

/** Arrays whose elements do not depend on each other. */
const FREE = ['data.npy', 'data.npy', 'indices.npy', 'row.npy', 'col.npy', 'offsets.npy'];

const COMMENT = 'PK\x05\x06 no end';

/** What a download or an editor may add. */
const BEHIND = ['\n', '\r\n', '\0\0\0\0', 'PK\x05\x06', '</html>'];

function pack(bytes: Uint8Array, part: ZipPart, { random }: ChangeContext): ZipPart {
  const body = part.method === 8 ? deflateSomehow(bytes, random) : bytes;
  return { ...part, bytes, body };
}

/** Replaces one member by what `edit` makes of it; often a member that may hold other elements. */
function editOne(
  parts: readonly ZipPart[],
  context: ChangeContext,
  edit: (part: ZipPart) => ZipPart,
): ZipPart[] {
  const { random } = context;
  const name = random.chance(0.5) ? random.pick(FREE) : '';
  const named = parts.findIndex((part) => part.name === name);
  const at = named < 0 ? random.integer(0, parts.length - 1) : named;
  context.log.push(`member ${parts[at]?.name}`);
  return parts.with(at, edit(parts[at]!));
}

type PartsChange = (parts: readonly ZipPart[], context: ChangeContext) => readonly ZipPart[];

const changeMember: PartsChange = (parts, context) =>
  editOne(parts, context, (part) => pack(changeNpy(part.bytes, context), part, context));

/** Another format than that of the arrays. No checksum and no length shows this. */
const changeFormat: PartsChange = (parts, context) => {
  const at = parts.findIndex(({ name }) => name === 'format.npy');
  const part = parts[at];
  if (part === undefined || part.bytes.length < 4) return changeMember(parts, context);
  const format = context.random.pick(FORMATS);
  const bytes = part.bytes.slice();
  bytes.set(fromText(format), Math.max(0, bytes.length - format.length));
  context.log.push(`format ${format}`);
  return parts.with(at, pack(bytes, part, context));
};

const takeOther: PartsChange = (parts, context) => {
  const others = readParts(context.other);
  if (others === undefined) return changeMember(parts, context);
  return editOne(parts, context, (part) => {
    const other = others.find(({ name }) => name === part.name) ?? context.random.pick(others);
    context.log.push('from another file');
    return { ...other, name: part.name };
  });
};

const rename: PartsChange = (parts, context) => {
  const name = `${context.random.pick(NAMES)}.npy`;
  context.log.push(`a member named ${name}`);
  return editOne(parts, context, (part) => ({ ...part, name }));
};

const drop: PartsChange = (parts, context) => {
  const at = context.random.integer(0, parts.length - 1);
  context.log.push(`member ${parts[at]?.name} dropped`);
  return parts.toSpliced(at, 1);
};

const repeat: PartsChange = (parts, context) => {
  const part = context.random.pick(parts);
  context.log.push(`member ${part.name} twice`);
  return [...parts, pack(changeNpy(part.bytes, context), part, context)];
};

const switchMethod: PartsChange = (parts, context) =>
  editOne(parts, context, (part) => {
    const method = part.method === 8 ? 0 : 8;
    context.log.push(`method ${method}`);
    return pack(part.bytes, { ...part, method }, context);
  });

/** Damage to a compressed stream, with the length and checksum of the undamaged content. */
const spoilBody: PartsChange = (parts, context) =>
  editOne(parts, context, (part) => ({ ...part, body: changeBytes(part.body, context) }));

const CHANGES: readonly (readonly [weight: number, change: PartsChange])[] = [
  [12, changeMember],
  [2, changeFormat],
  [2, takeOther],
  [1, rename],
  [1, drop],
  [1, repeat],
  [1, switchMethod],
  [3, spoilBody],
];

const WEIGHTED = CHANGES.flatMap(([weight, change]) => Array<PartsChange>(weight).fill(change));

/** Changes the records at the end: lengths, offsets, checksums, names. */
const changeDirectory: Change = (bytes, context) => {
  const at = Buffer.from(bytes).indexOf('PK\x01\x02', undefined, 'latin1');
  return changeFrom(bytes, Math.max(0, at), context);
};

/** One change of a npz file: within its members, of its directory, or of any bytes. */
export const changeNpz: Change = (bytes, context) => {
  const { random } = context;
  const kind = random.next();
  if (kind < 0.15) return changeBytes(bytes, context);
  if (kind < 0.25) return changeDirectory(bytes, context);
  const parts = readParts(bytes);
  if (parts === undefined) return changeBytes(bytes, context);
  const changed = random.pick(WEIGHTED)(parts, context);
  const comment = random.chance(0.05) ? COMMENT : '';
  const written = writeParts(changed, { dataDescriptors: random.chance(0.1), comment });
  if (!random.chance(0.03)) return written;
  context.log.push('bytes behind the archive');
  return concat(written, fromText(random.pick(BEHIND)));
};
