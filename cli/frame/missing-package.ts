import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from './usage-error.ts';

/** Packages that only some commands need, and what needs each. */
const OPTIONAL = {
  '@duckdb/node-api': 'tables need',
  '@sparse-fanout/local-cloud': 'the local cloud is',
} as const;

const NOT_FOUND = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

/** Names that came with Node 24. */
const NEWER = /^(Float16Array|Math\.f16round) is not/;

/**
 * An error of a package that is not installed, or of a Node that is too old for one thing, as a
 * sentence that says what to install.
 *
 * @returns undefined for any other error.
 */
export function missingPackage(error: unknown): UsageError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (NEWER.test(error.message)) {
    const message = `float16 needs Node 24, this is ${process.versions.node}; use a newer Node`;
    return new UsageError(message, { cause: error });
  }
  if (!NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
  for (const [name, need] of Object.entries(OPTIONAL)) {
    if (!error.message.includes(`'${name}`)) continue;
    const version = manifest.peerDependencies[name as keyof typeof OPTIONAL];
    return new UsageError(
      `${need} the package ${name}, which is not installed; run npm install ${name}@${version}`,
      { cause: error },
    );
  }
  return undefined;
}
