import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';
import { assertChecksum, expectSignature, type Hdf5File, readChecked, readFields } from './file.ts';

/** Types of the header messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** Type of a shared message, from version 3 on, whose place is an object header. */
const COMMITTED = 2;

/** One message of an object header. */
export interface Message {
  readonly type: number;
  /** True if the body only has the place of the message, as for a committed datatype. */
  readonly isShared: boolean;
  readonly body: Fields;
}

/** Where another block of messages lies, which is to be read. */
interface Continuation {
  readonly address: number;
  readonly length: number;
}

/** The form of the messages in a header. */
interface HeaderStyle {
  readonly version: 1 | 2;
  /** True if messages have a creation number, which only version 2 has. */
  readonly hasCreationOrder: boolean;
}

/** A header and its first block of messages. */
interface Header {
  readonly style: HeaderStyle;
  readonly block: Fields;
}

/**
 * Most bytes of the prefix of a version 2 header: signature, version, flags, times, two counts,
 * size.
 */
const PREFIX_BYTES = 34;

/**
 * Most bytes of all messages of one object. They take some 500 bytes; long attributes are stored
 * elsewhere.
 */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** Bytes of the prefix of a version 1 header: the messages begin at a multiple of 8. */
const OLD_PREFIX_BYTES = 16;

/** Flags of a version 2 header, for the fields after them. */
const FLAGS = { sizeBits: 3, creationOrder: 4, attributeCounts: 16, times: 32 } as const;

async function readOldHeader(file: Hdf5File, prefix: Fields, address: number): Promise<Header> {
  prefix.skip(8);
  const range = { address: address + OLD_PREFIX_BYTES, length: prefix.u32(), where: prefix.where };
  const block = await readFields(file, range);
  return { style: { version: 1, hasCreationOrder: false }, block };
}

async function readNewHeader(file: Hdf5File, prefix: Fields, address: number): Promise<Header> {
  const start = prefix.at;
  expectSignature(prefix, 'OHDR');
  const version = prefix.u8();
  if (version !== 2) {
    throw new UnsupportedSourceError(
      `${prefix.where} has an object header of version ${version}, allowed are 1 and 2`,
    );
  }
  const flags = prefix.u8();
  prefix.skip((flags & FLAGS.times ? 16 : 0) + (flags & FLAGS.attributeCounts ? 4 : 0));
  const messageBytes = prefix.unsigned(1 << (flags & FLAGS.sizeBits));
  const prefixBytes = prefix.at - start;
  const length = prefixBytes + messageBytes + 4;
  const whole = await readFields(file, { address, length, where: prefix.where });
  const checked = whole.part(length - 4);
  assertChecksum(checked.peek(checked.left), whole.u32(), prefix.where);
  checked.skip(prefixBytes);
  const hasCreationOrder = (flags & FLAGS.creationOrder) !== 0;
  return { style: { version: 2, hasCreationOrder }, block: checked };
}

async function readHeader(file: Hdf5File, address: number, where: string): Promise<Header> {
  const length = Math.min(PREFIX_BYTES, file.source.size - address);
  const prefix = await readFields(file, { address, length, where });
  if (prefix.peek(1)[0] === 1) return readOldHeader(file, prefix, address);
  return readNewHeader(file, prefix, address);
}

function parseMessage(block: Fields, { version, hasCreationOrder }: HeaderStyle): Message {
  const type = version === 1 ? block.u16() : block.u8();
  const length = block.u16();
  const isShared = (block.u8() & 2) !== 0;
  block.skip(version === 1 ? 3 : hasCreationOrder ? 2 : 0);
  return { type, isShared, body: block.part(length) };
}

/**
 * Parses the messages of one block. If the bytes left at its end are too few for a message, they
 * are a gap.
 */
function* parseBlock(block: Fields, style: HeaderStyle): Generator<Message> {
  const least = style.version === 1 ? 8 : style.hasCreationOrder ? 6 : 4;
  while (block.left >= least) yield parseMessage(block, style);
}

async function readContinuation(
  file: Hdf5File,
  { address, length }: Continuation,
  header: Header,
): Promise<Fields> {
  const range = { address, length, where: header.block.where };
  if (header.style.version === 1) return readFields(file, range);
  return readChecked(file, range, 'OCHK');
}

/** Where a committed datatype lies: the address of an object header of its own. */
function parseCommitted(fields: Fields): number {
  const version = fields.u8();
  const kind = fields.u8();
  if (version < 1 || version > 3 || (version === 3 && kind !== COMMITTED)) {
    throw new UnsupportedSourceError(
      `${fields.where} shares a part of its header by version ${version} and type ${kind}, allowed are committed datatypes; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  fields.skip(version === 1 ? 6 : 0);
  return fields.someAddress();
}

/**
 * Reads the committed datatype that a message or an attribute refers to.
 *
 * @param fields what it has in the place of a datatype.
 * @throws {CorruptSourceError} there is no datatype at that place.
 * @throws {UnsupportedSourceError} the type lies in a table of shared messages.
 */
export async function readCommitted(file: Hdf5File, fields: Fields): Promise<Fields> {
  const { where } = fields;
  const messages = await readOwnMessages(file, parseCommitted(fields), where);
  const type = messages.find((message) => message.type === MESSAGE.datatype && !message.isShared);
  if (type !== undefined) return type.body.again();
  throw new CorruptSourceError(
    `${where} refers to a committed datatype that is not there; the file is damaged`,
  );
}

/**
 * Reads all messages of the object header at `address`, as {@link readOwnMessages} does, with the
 * committed datatypes that they refer to.
 *
 * @param where name of the object in messages.
 */
export async function readMessages(
  file: Hdf5File,
  address: number,
  where: string,
): Promise<Message[]> {
  const messages = await readOwnMessages(file, address, where);
  const at = messages.findIndex(({ type, isShared }) => type === MESSAGE.datatype && isShared);
  if (at === -1) return messages;
  const body = await readCommitted(file, messages[at]!.body.again());
  return messages.with(at, { type: MESSAGE.datatype, isShared: false, body });
}

/**
 * Reads all messages of the object header at `address`, of version 1 or 2, with those of its
 * continuation blocks.
 *
 * @param where name of the object in messages.
 * @throws {CorruptSourceError} a block is damaged or outside the file, or continues itself.
 * @throws {BoundExceededError} more than 4 MiB of messages.
 */
async function readOwnMessages(file: Hdf5File, address: number, where: string): Promise<Message[]> {
  const header = await readHeader(file, address, where);
  const messages: Message[] = [];
  const seen = new Set<number>();
  const blocks = [header.block];
  let bytes = 0;
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    bytes += block.left;
    if (bytes > MAX_HEADER_BYTES) {
      throw new BoundExceededError(
        `${where} has a header of more than ${MAX_HEADER_BYTES} bytes in all its blocks`,
      );
    }
    for (const message of parseBlock(block, header.style)) {
      if (message.type !== MESSAGE.continuation) {
        messages.push(message);
        continue;
      }
      const next = { address: message.body.someAddress(), length: message.body.length() };
      if (seen.has(next.address)) {
        throw new CorruptSourceError(`${where} has a header that continues in itself`);
      }
      seen.add(next.address);
      blocks.push(await readContinuation(file, next, header));
    }
  }
  return messages;
}
