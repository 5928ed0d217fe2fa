import * as z from 'zod/mini';
import { parseInput } from '#core/schemas/parse-input.ts';

const record = z.object({ uploadId: z.string(), key: z.string() });

/** An upload of one object, as S3 knows it. */
export type UploadRecord = Readonly<z.infer<typeof record>>;

/** Text of the object that records an upload, written once. */
export function uploadRecord({ uploadId, key }: UploadRecord): string {
  return `${JSON.stringify({ uploadId, key })}\n`;
}

/** @throws {RequestError} the text is none that {@link uploadRecord} made. */
export function parseUploadRecord(text: string): UploadRecord {
  return parseInput(record, 'the record of an upload', JSON.parse(text));
}
