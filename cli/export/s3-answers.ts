import { Readable } from 'node:stream';

/** An error as S3 gives it, which the adapters know by its name and status. */
export function s3Error(name: string, status: number, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

/** The error of a key at which there is nothing. */
export function noSuchKey(path: string): Error {
  return s3Error('NoSuchKey', 404, `${path} does not exist`);
}

/** The error of a condition that does not hold. */
export function preconditionFailed(path: string): Error {
  return s3Error('PreconditionFailed', 412, `${path} is not as the condition says`);
}

/** A body as the SDK gives it: a stream. */
export function bodyOf(pieces: AsyncGenerator<Uint8Array>): Readable {
  const body = Readable.from(pieces, { objectMode: false });
  const transformToByteArray = async () => Buffer.concat(await body.toArray());
  return Object.assign(body, { transformToByteArray });
}
