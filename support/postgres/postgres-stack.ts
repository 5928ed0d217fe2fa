import type { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { assemblyOf } from '#cli/local/assembly.ts';
import { NO_FUNCTIONS } from '#cli/options/functions-option.ts';
import { postgresContext, postgresSecrets } from '#cli/options/postgres-option.ts';
import { LocalStack } from '#support/local-stack.ts';
import { loginOf } from './login-deps.ts';
import type { PostgresServer } from './postgres-server.ts';

/** How a connection of a stack differs from the superuser of its server. */
export interface StackLogin {
  readonly server: PostgresServer;
  /** @default the superuser */
  readonly user?: string;
  readonly password?: string;
}

/**
 * This checkout's stack with databases on this machine, deployed as `local up --postgres` does.
 *
 * @param logins by the names of the connections.
 */
export async function postgresStack(
  logins: Readonly<Record<string, StackLogin>>,
  faults?: FaultInjector,
): Promise<LocalStack> {
  const databases = Object.fromEntries(
    Object.entries(logins).map(([name, login]) => {
      const { server, user: username = server.user, password = server.password } = login;
      const secret = { ...loginOf(server), username, password };
      return [name, { secret: JSON.stringify(secret), tls: false }];
    }),
  );
  const postgres = postgresContext(databases)!;
  const { signal } = new AbortController();
  const assembly = await assemblyOf({ functions: NO_FUNCTIONS, postgres }, signal);
  return await LocalStack.start(assembly, faults, postgresSecrets(databases));
}
