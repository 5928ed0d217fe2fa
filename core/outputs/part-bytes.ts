import { BoundExceededError } from '#core/errors.ts';
import { PART_BYTES_OF_OBJECT } from './single-object.ts';

/**
 * Bytes of a part buffer, and so of a part of a chunk that is sent in parts. With at most 10,000 of
 * them an object can have 167 GB, eight times the size of the largest chunk.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const PART_BYTES = 16 * 1024 * 1024;

/** A part of one object that is about to be sent. */
interface PartToSend {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  readonly isLast: boolean;
}

/** @throws {BoundExceededError} S3 would not take it; says what to ask for. */
export function assertPartBytes({ number, bytes, isLast }: PartToSend): void {
  const { least, most } = PART_BYTES_OF_OBJECT;
  if (bytes <= most && (isLast || bytes >= least)) return;
  const bound = bytes > most ? `at most ${most}` : `at least ${least} before the last one`;
  const wish = bytes > most ? 'smaller' : 'larger';
  throw new BoundExceededError(
    `part ${number} of the object has ${bytes} bytes, and a part has ${bound}; ask for ${wish} chunks`,
  );
}
