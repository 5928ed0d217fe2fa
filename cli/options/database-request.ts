import { UsageError } from '#cli/frame/usage-error.ts';
import { readsDatabase } from '#core/request/wing.ts';
import type { GivenRequest } from './request-file.ts';

/** @throws {UsageError} a request reads a database, which only a deployment reaches. */
export function assertNoDatabase({ fields }: GivenRequest): void {
  if (!readsDatabase(fields)) return;
  throw new UsageError(
    'the request has source.postgres, a table of a database, which only the functions of a stack read; local run --dry-run shows its columns, keys and files',
  );
}
