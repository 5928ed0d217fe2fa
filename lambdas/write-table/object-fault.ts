import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { AccessDeniedError, OutputConflictError } from '#core/errors.ts';
import { faultKey } from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { faultLine } from '#core/tables/run/object-fault.ts';
import { isOwnFault } from '#tables/own-fault.ts';

/**
 * Writes a chunk. If that fails by the fault of one object of an inbox, names it beside the list
 * that it was chosen in, so that the next tick begins another attempt without it. One object is
 * named for each attempt. None is that may not be read: the role may be at fault, and the tick asks
 * for itself.
 */
export async function namingFault<T>(
  s3: S3Client,
  run: TableRun,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const isNamed = isOwnFault(error) && !(error instanceof AccessDeniedError);
    if (run.isInbox && isNamed && error.object !== undefined) {
      const { bucket, prefix } = run.location;
      const key = faultKey(prefix, run.generation, attemptOf(run));
      const line = faultLine({ uri: error.object, problem: error.message });
      const target = { bucket, key, contentType: 'application/x-ndjson' };
      await createObject(s3, target, [line]).catch((conflict: unknown) => {
        if (!(conflict instanceof OutputConflictError)) throw conflict;
      });
    }
    throw error;
  }
}
