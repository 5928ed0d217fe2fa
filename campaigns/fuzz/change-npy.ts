import { changeBytes } from './change-bytes.ts';
import {
  type Change,
  type ChangeContext,
  concat,
  extremeIntegers,
  fromText,
  toText,
} from './changes.ts';

const DESCRS = [
  ...['|b1', '|i1', '|u1', '<i2', '<i4', '<i8', '<u2', '<u4', '<u8', '<f2', '<f4', '<f8'],
  ...['>i2', '>i4', '>i8', '>u8', '>f2', '>f4', '>f8', '=i4', '=f8', '|i4', '<i1', '>b1', '<b1'],
  ...['<f16', '<c16', '|O', '<U3', '|S3', '<M8[s]', '|V8', '<f3', 'f8', '<i16', '?', '', 'float64'],
];

/** Shapes that may stand in place of `(n,)`. */
function shapesFor(length: number): readonly string[] {
  const more = [length + 1, length - 1, -length, 2 ** 31, 2 ** 32 + length, '9007199254740993'];
  return [
    ...[...more, '99999999999999999999', `${length}L`, ` ${length} `, `0${length}`].map(
      (n) => `(${n},)`,
    ),
    ...['()', `(${length})`, `(${length},1)`, `(1, ${length})`, `[${length}]`, `${length}`],
    ...['(True,)', '(1.0,)', `(${length},0)`, `(${length},,)`, 'None', `(${length},#\n)`],
  ];
}

/** An array in its file: the text of its header, and where its elements begin. */
interface Npy {
  readonly version: number;
  readonly text: string;
  readonly elements: Uint8Array;
}

function parse(bytes: Uint8Array): Npy | undefined {
  if (bytes.length < 12) return undefined;
  const buffer = Buffer.from(bytes);
  const version = buffer[6]!;
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8));
  if (end > bytes.length) return undefined;
  return { version, text: toText(bytes.subarray(start, end)), elements: bytes.subarray(end) };
}

function write({ version, text, elements }: Npy): Uint8Array {
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, 0, 0, 0, 0]);
  if (version === 1) prefix.writeUInt16LE(text.length, 8);
  else prefix.writeUInt32LE(text.length, 8);
  return concat(prefix.subarray(0, version === 1 ? 10 : 12), fromText(text), elements);
}

/** Order, kind and bytes of the elements; single bytes where the header says nothing. */
function typeOf(text: string): {
  readonly isBig: boolean;
  readonly kind: string;
  readonly size: number;
} {
  const [, order, kind = 'V', size = '1'] = /([<>|=])([a-zA-Z])(\d+)'/.exec(text) ?? [];
  return {
    isBig: order === '>',
    kind,
    size: [1, 2, 4, 8].includes(Number(size)) ? Number(size) : 1,
  };
}

const FLOAT_BITS: Readonly<Record<number, readonly bigint[]>> = {
  2: [0x7e00n, 0x7c00n, 0xfc00n, 0x8000n, 1n, 0x7bffn],
  4: [0x7fc00000n, 0x7f800000n, 0xff800000n, 0x80000000n, 1n, 0x7f7fffffn, 0x7fa00001n],
  8: [0x7ff8n << 48n, 0x7ff0n << 48n, 0xfff0n << 48n, 1n << 63n, 1n, 0x7ff0000000000001n],
};

/** A value to write into an element; often one that keeps the array valid. */
function elementFor(npy: Npy, context: ChangeContext): bigint {
  const { random } = context;
  const { kind, size } = typeOf(npy.text);
  if (random.chance(0.5)) return BigInt(random.integer(0, 40));
  const special = kind === 'f' ? FLOAT_BITS[size] : undefined;
  return random.pick(special ?? extremeIntegers(Math.floor(npy.elements.length / size)));
}

function setElement(npy: Npy, context: ChangeContext): Npy {
  const { random, log } = context;
  const { isBig, size } = typeOf(npy.text);
  const count = Math.floor(npy.elements.length / size);
  if (count === 0) return npy;
  const elements = npy.elements.slice();
  const to = random.integer(0, count - 1);
  if (random.chance(0.35)) {
    const from = random.integer(0, count - 1);
    log.push(`element ${to} as ${from}`);
    elements.copyWithin(to * size, from * size, (from + 1) * size);
    return { ...npy, elements };
  }
  const value = BigInt.asUintN(size * 8, elementFor(npy, context));
  const raw = Buffer.alloc(8);
  raw.writeBigUInt64LE(value);
  const element = raw.subarray(0, size);
  elements.set(isBig ? element.reverse() : element, to * size);
  log.push(`element ${to} set to ${value}`);
  return { ...npy, elements };
}

/** Another number of elements, which the header says too. */
function resize(npy: Npy, { random, log }: ChangeContext): Npy {
  const { size } = typeOf(npy.text);
  const count = Math.floor(npy.elements.length / size);
  const length = Math.max(0, count + random.pick([-1, 1, -2, 3, -count]));
  const elements = new Uint8Array(length * size);
  elements.set(npy.elements.subarray(0, elements.length));
  log.push(`${length} elements instead of ${count}`);
  return { ...npy, text: npy.text.replace(/\(\d+,\)/, `(${length},)`), elements };
}

function changeHeader(npy: Npy, context: ChangeContext): Npy {
  const { random, log } = context;
  const { size } = typeOf(npy.text);
  const count = Math.floor(npy.elements.length / size);
  const edits: readonly ((text: string) => string)[] = [
    (text) => text.replace(/'descr': '[^']*'/, `'descr': '${random.pick(DESCRS)}'`),
    (text) => text.replace(/'descr': '[^']*'/, `'descr': [('a', '<i4')]`),
    (text) => text.replace(/\([\d, ]*\)/, random.pick(shapesFor(count))),
    (text) => text.replace('False', random.pick(['True', 'None', '0', 'false'])),
    (text) => text.replace(/'/g, '"'),
    (text) => text.replace('}', random.pick([",'extra': 1}", '', '}}', '} #', "'descr': '|b1'}"])),
    (text) => text.replace(/: /g, random.pick([':', ' :\t', ':\n'])),
    (text) => text.trimEnd() + random.pick(['', '\n', ' '.repeat(random.integer(1, 12_000))]),
    (text) => toText(changeBytes(fromText(text), context)),
  ];
  const text = random.pick(edits)(npy.text);
  log.push(`header ${JSON.stringify(text.trimEnd().slice(0, 120))}`);
  return { ...npy, text };
}

function changeVersion(npy: Npy, { random, log }: ChangeContext): Npy {
  const version = random.pick([1, 2, 3, 4, 0]);
  log.push(`npy version ${version}`);
  return { ...npy, version };
}

const CHANGES = [
  setElement,
  setElement,
  setElement,
  setElement,
  resize,
  changeHeader,
  changeHeader,
];

/** One change of a npy array: an element, its length, its header, or any bytes. */
export const changeNpy: Change = (bytes, context) => {
  const { random } = context;
  const npy = parse(bytes);
  if (npy === undefined || random.chance(0.15)) return changeBytes(bytes, context);
  const change = random.chance(0.03) ? changeVersion : random.pick(CHANGES);
  return write(change(npy, context));
};
