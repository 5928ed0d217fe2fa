import { CONTRACT_VERSION } from './contract.ts';
import type { ExportRequest } from './request-schema.ts';

/** The version of a source that a run is bound to: every read is made on condition that it is still this one. */
export interface SourcePin {
  /** `s3://bucket/key`. */
  readonly uri: string;
  readonly etag: string;
  readonly versionId: string | null;
  /** Bytes. */
  readonly size: number;
}

const RUN_ID_BYTES = 16;

/**
 * The text that a run id stands for. `limits`, `expect` and `dryRun` stay out of it, so that
 * changing them resumes the same run.
 *
 * @param outputBucket the bucket written to when the request names no `output.uri`.
 */
export function runIdentity(request: ExportRequest, pin: SourcePin, outputBucket: string): string {
  const { uri, format, compression, text } = request.output;
  return JSON.stringify({
    contract: CONTRACT_VERSION,
    source: { uri: pin.uri, etag: pin.etag, versionId: pin.versionId },
    output: {
      uri: uri ?? `s3://${outputBucket}/`,
      format,
      compression,
      profile: text.profile,
      delimiter: text.delimiter,
      naRep: text.naRep,
      header: text.header,
    },
    chunking: request.chunking,
  });
}

/** First 128 bits of SHA-256 over an identity, as 32 hexadecimal digits. */
export async function runIdOf(identity: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(identity));
  return Buffer.from(digest, 0, RUN_ID_BYTES).toString('hex');
}
