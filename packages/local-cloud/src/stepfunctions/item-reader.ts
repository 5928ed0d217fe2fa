import type { ItemReader } from './definition.ts';
import { StatesError } from './errors.ts';
import { isJsonArray, isJsonObject, type Json, parseJson } from './json.ts';

/** The largest object that a reader takes: 10 GB. */
const MAX_OBJECT_BYTES = 10 * 2 ** 30;

/** The largest item, before ItemSelector: 8 MB. */
const MAX_ITEM_BYTES = 8 * 2 ** 20;

const NEWLINE = 0x0a;

/** A reader could not give the items. */
export function itemReaderFailed(reason: string, options?: ErrorOptions): StatesError {
  return new StatesError('States.ItemReaderFailed', reason, options);
}

/** Passes bytes on. @throws {StatesError} they end too early. */
async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw itemReaderFailed(`the object broke off: ${String(error)}`, { cause: error });
  }
}

/** Passes bytes on. @throws {StatesError} they are more than AWS reads. */
async function* withinObjectLimit(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of unbroken(body)) {
    bytes += piece.byteLength;
    if (bytes > MAX_OBJECT_BYTES) {
      throw itemReaderFailed(`the object is larger than ${MAX_OBJECT_BYTES} bytes`);
    }
    yield piece;
  }
}

function assertItemSize(bytes: number): void {
  if (bytes <= MAX_ITEM_BYTES) return;
  throw itemReaderFailed(`an item is larger than ${MAX_ITEM_BYTES} bytes`);
}

/** Splits bytes at newlines, holding one line at a time. */
async function* splitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of body) {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    assertItemSize(rest.length);
  }
  yield rest.toString();
}

function parseItem(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw itemReaderFailed(`Unable to parse the JSON: ${String(error)}`, { cause: error });
  }
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Json> {
  for await (const line of splitLines(body)) {
    if (line.trim() === '') continue;
    assertItemSize(Buffer.byteLength(line));
    yield parseItem(line);
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc6901 */
function followPointer(document: Json, pointer: string): Json | undefined {
  const steps = pointer.split('/').slice(1);
  let value: Json | undefined = document;
  for (const step of steps) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value === undefined) return undefined;
    if (isJsonArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

async function* readArray(body: AsyncIterable<Uint8Array>, pointer: string): AsyncGenerator<Json> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const items = followPointer(parseItem(Buffer.concat(pieces).toString()), pointer);
  if (items === undefined || !isJsonArray(items)) {
    throw itemReaderFailed('Attempting to map over non-iterable node.');
  }
  yield* items;
}

/**
 * Reads the items out of an object: JSON Lines one at a time, a JSON array held whole.
 *
 * @throws {StatesError} `States.ItemReaderFailed`
 */
export function parseItems(
  body: AsyncIterable<Uint8Array>,
  reader: Pick<ItemReader, 'inputType' | 'itemsPointer'>,
): AsyncIterable<Json> {
  const bounded = withinObjectLimit(body);
  return reader.inputType === 'JSONL'
    ? readLines(bounded)
    : readArray(bounded, reader.itemsPointer ?? '');
}
