import type { ByteSource } from '#core/bytes/byte-source.ts';
import { decodeValues } from '#core/elements/decode.ts';
import { isInteger } from '#core/elements/dtype.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type Dataset, parseAnyDataset } from './dataset.ts';
import { Fields } from './fields.ts';
import { GlobalHeap } from './global-heap.ts';
import type { Hdf5Object } from './group.ts';
import { openElements } from './read-elements.ts';

/** Elements that are read at once: 64 KiB of references to texts of variable length. */
const BATCH_ELEMENTS = 4096;

/** Most bytes of a batch of texts of fixed length. */
const BATCH_BYTES = 1024 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new CorruptSourceError(`${where} has a text that is not UTF-8; write it again`, {
      cause,
    });
  }
}

/** Turns the bytes of some elements into texts. */
type Decode = (bytes: Uint8Array<ArrayBuffer>) => Promise<string[]>;

/** Texts of fixed length end at their first zero byte. */
function fixedTexts({ itemBytes, where }: Dataset): Decode {
  return async (bytes) =>
    Array.from({ length: bytes.length / itemBytes }, (_, i) => {
      const text = bytes.subarray(i * itemBytes, (i + 1) * itemBytes);
      const end = text.indexOf(0);
      return decodeText(end < 0 ? text : text.subarray(0, end), where);
    });
}

/** Elements of variable length are references to the global heap; that of an empty one is 0. */
function variableTexts({ itemBytes, where, file }: Dataset): Decode {
  const heap = new GlobalHeap(file, where);
  return async (bytes) => {
    const fields = new Fields({ bytes, at: 0, where, sizes: file.sizes });
    const texts: string[] = [];
    for (let left = bytes.length; left > 0; left -= itemBytes) {
      const element = fields.part(itemBytes);
      const length = element.u32();
      const collection = element.address() ?? 0;
      const place = { collection, index: element.u32(), length };
      texts.push(collection === 0 ? '' : decodeText(await heap.read(place), where));
    }
    return texts;
  };
}

function decoderOf(dataset: Dataset): Decode {
  const { kind, element, name } = dataset.type;
  if (kind === 'text') return fixedTexts(dataset);
  if (kind === 'variable text') return variableTexts(dataset);
  if (element !== undefined && isInteger(element.dtype)) {
    return async (bytes) => Array.from(decodeValues(bytes, element), String);
  }
  throw new UnsupportedSourceError(
    `${dataset.where} holds names of type "${name}", allowed are texts and integers; write them as text`,
  );
}

async function* readBatches(
  { length, itemBytes }: Dataset,
  { source, offset }: { readonly source: ByteSource; readonly offset: number },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const perBatch = Math.max(1, Math.min(BATCH_ELEMENTS, Math.floor(BATCH_BYTES / itemBytes)));
  for (let at = 0; at < length; at += perBatch) {
    const count = Math.min(perBatch, length - at);
    yield await source.read({ offset: offset + at * itemBytes, length: count * itemBytes });
  }
}

/**
 * Reads a one-dimensional dataset of texts, of fixed or variable length, or of integers as text. It
 * may be chunked and compressed. Holds a batch of 4,096 texts and some collections of the heap.
 *
 * @throws {UnsupportedSourceError} its elements are of another type.
 * @throws {CorruptSourceError} it is damaged, or a text is not UTF-8.
 */
export async function* readTexts(object: Hdf5Object): AsyncGenerator<readonly string[]> {
  const dataset = parseAnyDataset(object);
  const decode = decoderOf(dataset);
  if (dataset.length === 0) return;
  for await (const bytes of readBatches(dataset, await openElements(dataset))) {
    yield await decode(bytes);
  }
}
