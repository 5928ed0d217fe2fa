import { PutObjectCommand } from '@aws-sdk/client-s3';
import { unquoted } from '#aws/s3-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { parseRequest } from '#core/request/request.ts';
import { defaultPrefix } from '#core/run/output-keys.ts';
import { runIdentity, runIdOf } from '#core/run/run-id.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { randomMatrix } from '#support/random-matrix.ts';
import { createRandom } from '#support/seeded-random.ts';
import type { Job, JobPlace, SourceVersion } from './job.ts';
import type { MatrixScenario } from './scenario.ts';

/** A matrix as one object, and the text of all its chunks together. */
function createVersion(
  { dtype, size, profile }: MatrixScenario,
  seed: number,
): SourceVersion & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = writeNpz(randomMatrix(createRandom(seed), dtype, size));
  return {
    bytes,
    rows: size.rows,
    async expectedText() {
      const { matrix } = await openMatrix(memorySource(bytes));
      const chunk = { index: 0, rowStart: 0, rowEnd: size.rows };
      const dialect = { ...DEFAULT_DIALECT, profile };
      const parts = encodedBytes(matrix, chunk, { ...PLAIN_CSV, dialect });
      return Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
    },
  };
}

/** The export of a matrix, which a scenario describes. */
export function matrixJob(scenario: MatrixScenario, seed: number, concurrency: number): Job {
  const { chunkRows, profile, compression, single } = scenario;
  const request = ({ sourceBucket, key }: JobPlace) => ({
    source: `s3://${sourceBucket}/${key}`,
    chunking: { rows: chunkRows },
    output: { text: { profile }, compression, single },
    limits: { concurrency },
  });
  return {
    request,
    async put(place, which) {
      const { s3, sourceBucket: Bucket, outputBucket, key: Key } = place;
      const version = createVersion(scenario, which === 'first' ? seed : -seed - 1);
      const { bytes: Body } = version;
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      const etag = unquoted(ETag);
      const parsed = parseRequest(request(place));
      const pin = { uri: parsed.source.uris[0]!, etag, versionId: null, size: Body.length };
      const runId = await runIdOf(runIdentity(parsed, { pin, outputBucket }));
      return { etag, runId, prefix: defaultPrefix(Key, runId), version };
    },
  };
}
