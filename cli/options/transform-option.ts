import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { RequestError } from '#core/errors.ts';
import type { RequestFields } from './request-file.ts';

/** The transform of a table, as given on the command line. */
export interface TransformFlag {
  /** A file of SQL. */
  readonly transform?: string;
}

/** Adds `--transform`. */
export function addTransformOption(command: Command): Command {
  return command.option(
    '--transform <file.sql>',
    'table: one SELECT over input that makes of each row one row or none',
  );
}

/**
 * The `transform` section of a request, if it was asked for.
 *
 * @throws {RequestError} the file cannot be read.
 */
export async function transformSection({ transform }: TransformFlag): Promise<RequestFields> {
  if (transform === undefined) return {};
  const sql = await readFile(transform, 'utf8').catch((cause: Error) => {
    throw new RequestError(
      [`--transform ${transform} cannot be read (${cause.message}); give a file with one SELECT`],
      { cause },
    );
  });
  return { transform: { sql } };
}
