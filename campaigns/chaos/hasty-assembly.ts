import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemblyOf } from '#cli/local/assembly.ts';
import { NO_FUNCTIONS } from '#cli/options/functions-option.ts';
import { type GivenDatabases, postgresContext } from '#cli/options/postgres-option.ts';
import { SDK_TRIES } from '#core/contract.ts';
import { templateText, writeVariant } from '#support/assembly-variant.ts';

/** Tries of a request here. Between ten the SDK waits for a minute, and its clock runs as ours. */
const FEW_TRIES = 3;

/**
 * The assembly of this checkout with functions that give up requests sooner.
 *
 * @param databases that its runs may load.
 */
export async function hastyAssembly(databases: GivenDatabases): Promise<string> {
  const postgres = postgresContext(databases)!;
  const own = { functions: NO_FUNCTIONS, postgres };
  const assembly = await assemblyOf(own, new AbortController().signal);
  const text = await templateText(assembly);
  const hasty = text.replaceAll(
    `"AWS_MAX_ATTEMPTS": "${SDK_TRIES}"`,
    `"AWS_MAX_ATTEMPTS": "${FEW_TRIES}"`,
  );
  if (hasty === text) throw new Error('the template says nowhere how often requests are tried');
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-hasty-'));
  await writeVariant(assembly, hasty, directory);
  return directory;
}
