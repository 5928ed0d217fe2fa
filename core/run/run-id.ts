import { CONTRACT_VERSION } from '#core/contract.ts';
import { digest128 } from '#core/objects/digest.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import type { UploadNumber } from './run-fields.ts';

/** What a run is bound to beside its request. */
interface BoundTo {
  readonly pin: SourcePin;
  /** Identity of the names of the request; undefined where they are not printed. */
  readonly columnNames?: Readonly<Record<string, unknown>> | undefined;
  /** The object with the labels; undefined where there is none. */
  readonly labels?: SourcePin | undefined;
  /** The bucket written to when the request names no `output.uri`. */
  readonly outputBucket: string;
}

/**
 * The text that a run id is the digest of. It has no `limits`, `expect` and `dryRun`, so a request
 * that changes only these resumes the same run.
 */
export function runIdentity(
  request: ExportRequest,
  { pin, columnNames, labels, outputBucket }: BoundTo,
): string {
  const { uri, mode, spec } = request.output;
  return JSON.stringify({
    contract: CONTRACT_VERSION,
    source: {
      uri: pin.uri,
      etag: pin.etag,
      versionId: pin.versionId,
      ...(request.source.order !== undefined && { order: request.source.order }),
      ...(columnNames !== undefined && { columnNames }),
      ...request.source.options,
    },
    ...(labels !== undefined && {
      labels: { uri: labels.uri, etag: labels.etag, versionId: labels.versionId },
    }),
    output: { uri: uri ?? `s3://${outputBucket}/`, ...spec, ...(mode !== 'create' && { mode }) },
    chunking: request.chunking,
  });
}

/**
 * The name under which the ledger records a run. An append that is started again after another
 * generation was added has other chunk ids, and an overwrite another folder, so each has another
 * record. So has each further upload of one object: what was sent for one that is lost is lost.
 */
export function ledgerName({
  runId,
  generation,
  upload: { number } = { number: 1 },
}: {
  readonly runId: string;
  readonly generation: number;
  readonly upload?: UploadNumber | undefined;
}): string {
  const name = generation === 1 ? runId : `${runId}@${generation}`;
  return number === 1 ? name : `${name}/upload-${number}`;
}

/** First 128 bits of SHA-256 over an identity, as 32 hexadecimal digits. */
export async function runIdOf(identity: string): Promise<string> {
  return await digest128(identity);
}
