import type { TableReading } from '#support/tables/table-case.ts';

/** An object of a source. */
interface SpecimenObject {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A source of a table that is odd or damaged, and what becomes of it. */
export interface Specimen {
  /** One of its kind. */
  readonly name: string;
  readonly asked: TableReading;
  /** Made when it is read: some are large. */
  readonly objects: () => readonly SpecimenObject[];
  readonly answer:
    | { readonly rows: readonly (readonly unknown[])[] }
    /** Of more rows than people write down. */
    | { readonly count: number }
    /** Of the name and the message of the error, as `Name: message`. */
    | { readonly refused: RegExp };
}

export type Answer = Specimen['answer'];

/** The right rows. */
export function rows(...values: readonly (readonly unknown[])[]): Answer {
  return { rows: values };
}

/** So many rows. */
export function count(of: number): Answer {
  return { count: of };
}

type ErrorName = 'Corrupt' | 'Unsupported' | 'Bound' | 'Request';

const NAMES: Record<ErrorName, string> = {
  Corrupt: 'CorruptSourceError',
  Unsupported: 'UnsupportedSourceError',
  Bound: 'BoundExceededError',
  Request: 'RequestError',
};

/** An error of this name whose message has the words, in their order. */
export function refused(name: ErrorName, ...words: readonly string[]): Answer {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { refused: new RegExp(`^${NAMES[name]}: .*${escaped.join('.*')}`, 's') };
}

/** Latin-1: any byte can be written. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}
