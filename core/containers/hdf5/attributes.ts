import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { parseDataspace } from './dataspace.ts';
import { type Datatype, numbersOf, parseDatatype } from './datatype.ts';
import type { Fields } from './fields.ts';
import { expectVersion, type Hdf5File } from './file.ts';
import { readHeapObjects } from './fractal-heap.ts';
import { GlobalHeap } from './global-heap.ts';
import type { Hdf5Object } from './group.ts';
import { readIntegers } from './integers.ts';
import { MESSAGE, readCommitted } from './object-header.ts';

/** A named value that belongs to an object, not yet decoded. */
interface Attribute {
  readonly name: string;
  readonly type: Datatype;
  readonly shape: readonly number[];
  readonly value: Fields;
}

/** Record of an attribute by its name in a B-tree of version 2: it begins with the heap id. */
const ATTRIBUTE_RECORD = { type: 8, idOffset: 0 } as const;

const TEXT = new TextDecoder();

/** Reads a part of an attribute; version 1 pads parts to multiples of 8 bytes. */
function takePart(fields: Fields, length: number, version: number): Fields {
  const part = fields.part(length);
  if (version === 1) fields.align();
  return part;
}

/** Flags of an attribute, from version 2 on: its type or its shape lies elsewhere. */
const SHARED = { type: 1, space: 2 } as const;

/** @returns undefined if it has another name. */
async function parseAttribute(
  file: Hdf5File,
  fields: Fields,
  wanted: string,
): Promise<Attribute | undefined> {
  const version = fields.u8();
  const flags = fields.u8();
  if (version < 1 || version > 3) {
    throw new CorruptSourceError(
      `${fields.where} has an attribute of version ${version}, expected 1 to 3; the file is damaged`,
    );
  }
  const [nameBytes, typeBytes, spaceBytes] = [fields.u16(), fields.u16(), fields.u16()];
  if (version === 3) fields.skip(1);
  const name = takePart(fields, nameBytes, version).text(nameBytes);
  if (name !== wanted) return undefined;
  const shared = version > 1 ? flags : 0;
  if ((shared & SHARED.space) !== 0) {
    throw new UnsupportedSourceError(
      `${fields.where} has an attribute ${name} whose shape lies elsewhere; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  const stored = takePart(fields, typeBytes, version);
  const isCommitted = (shared & SHARED.type) !== 0;
  const type = parseDatatype(isCommitted ? await readCommitted(file, stored) : stored);
  const shape = parseDataspace(takePart(fields, spaceBytes, version));
  return { name, type, shape, value: fields.part(fields.left) };
}

/** Reads the bodies of all attributes. If there are many, they are outside the header. */
async function readBodies({ file, messages, where }: Hdf5Object): Promise<Fields[]> {
  const bodies: Fields[] = [];
  for (const { type, isShared, body } of messages) {
    if (type === MESSAGE.attribute && !isShared) bodies.push(body.again());
    if (type !== MESSAGE.attributeInfo) continue;
    const info = body.again();
    expectVersion(info, 0, 'an attribute info message');
    const hasCreationIndex = (info.u8() & 1) !== 0;
    info.skip(hasCreationIndex ? 2 : 0);
    const heap = info.address();
    const index = info.address();
    if (heap === undefined || index === undefined) continue;
    bodies.push(...(await readHeapObjects(file, { heap, index, record: ATTRIBUTE_RECORD }, where)));
  }
  return bodies;
}

async function findAttribute(object: Hdf5Object, name: string): Promise<Attribute | undefined> {
  for (const body of await readBodies(object)) {
    const attribute = await parseAttribute(object.file, body, name);
    if (attribute !== undefined) return attribute;
  }
  return undefined;
}

/**
 * Reads an attribute of text, of fixed or variable length.
 *
 * @returns undefined if there is no such attribute, or it is not text.
 * @throws {CorruptSourceError} the attribute is damaged.
 */
export async function readTextAttribute(
  object: Hdf5Object,
  name: string,
): Promise<string | undefined> {
  const attribute = await findAttribute(object, name);
  if (attribute?.type.kind === 'text') return attribute.value.text(attribute.type.itemBytes);
  if (attribute?.type.kind !== 'variable text') return undefined;
  const { value } = attribute;
  const length = value.u32();
  const place = { collection: value.someAddress(), index: value.u32(), length };
  return TEXT.decode(await new GlobalHeap(object.file, object.where).read(place));
}

/** Most elements of an attribute of integers: such attributes have a shape. */
const MAX_INTEGERS = 32;

/**
 * Reads an attribute of a few integers, such as a shape.
 *
 * @returns undefined if there is no such attribute.
 * @throws {CorruptSourceError} it has more than 32 elements, or too few bytes for its elements.
 * @throws {UnsupportedSourceError} its elements are not integers.
 */
export async function readIntegersAttribute(
  object: Hdf5Object,
  name: string,
): Promise<number[] | undefined> {
  const attribute = await findAttribute(object, name);
  if (attribute === undefined) return undefined;
  const where = `attribute ${name} of ${object.where}`;
  const count = attribute.shape.reduce((product, length) => product * length, 1);
  if (count > MAX_INTEGERS) {
    throw new CorruptSourceError(
      `${where} has ${count} elements, expected at most ${MAX_INTEGERS}`,
    );
  }
  const bytes = new Uint8Array(attribute.value.take(count * attribute.type.itemBytes));
  return readIntegers(bytes, numbersOf(attribute.type, where), where);
}
