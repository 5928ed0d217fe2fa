import { queryProblem } from '#aws/postgres/postgres-errors.ts';
import { parseLogin } from '#aws/postgres/postgres-login.ts';
import { type PostgresClient, withLogin } from '#aws/postgres/with-postgres.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { GivenDatabases } from '#cli/options/postgres-option.ts';
import type { ManifestHead } from '#core/manifest/manifest.ts';
import type { LoadTarget } from '#core/tables/postgres/load-target.ts';

/** Where the rows of a load went; undefined where the output has files. */
export function loadedTable({ output }: Pick<ManifestHead, 'output'>): LoadTarget | undefined {
  return output.kind === 'table' && output.file.format === 'postgres' ? output.file : undefined;
}

/**
 * Works with the database that has the rows of a load.
 *
 * @param action what is done, for messages, such as `read the ledger of the database`.
 * @throws {UsageError} the output has files, or the rows are behind another connection.
 * @throws as `withLogin`.
 */
export async function withLoadedTable<T>(
  head: Pick<ManifestHead, 'output'>,
  { databases, action }: { readonly databases: GivenDatabases; readonly action: string },
  signal: AbortSignal,
  work: (client: PostgresClient, target: LoadTarget) => Promise<T>,
): Promise<T> {
  const target = loadedTable(head);
  if (target === undefined) {
    throw new UsageError(
      '--postgres is for rows of a database, but the output has files; leave it out',
    );
  }
  const { connection } = target;
  if (!Object.hasOwn(databases, connection)) {
    throw new UsageError(
      `the rows lie behind connection ${connection}; give its URL: --postgres ${connection}=postgres://…`,
    );
  }
  const { secret, tls } = databases[connection]!;
  const login = parseLogin(connection, secret, { tls });
  return await withLogin(login, connection, signal, (client) => work(client, target)).catch(
    (error) => {
      throw queryProblem(error, connection, action);
    },
  );
}
