import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { RequestError } from '#core/errors.ts';
import { addFunctionsOption, type FunctionsFlag } from './functions-option.ts';
import type { RequestFields } from './request-file.ts';

/** The transform of a table, as given on the command line. */
export interface TransformFlag extends FunctionsFlag {
  /** A file of SQL. */
  readonly transform?: string;
}

/** Adds `--transform` and `--functions`. */
export function addTransformOption(command: Command): Command {
  return addFunctionsOption(command).option(
    '--transform <file.sql>',
    'table: one SELECT over input that makes of each row one row or none',
  );
}

/**
 * The `transform` section of a request, if it was asked for: it calls the functions that are given,
 * if these are of one module.
 *
 * @throws {RequestError} the file cannot be read.
 */
export async function transformSection({
  transform,
  functions,
}: TransformFlag): Promise<RequestFields> {
  if (transform === undefined) return {};
  const sql = await readFile(transform, 'utf8').catch((cause: Error) => {
    throw new RequestError(
      [`--transform ${transform} cannot be read (${cause.message}); give a file with one SELECT`],
      { cause },
    );
  });
  const [only, ...others] = functions?.split(',') ?? [];
  const name = others.length === 0 ? only?.split('=')[0] : undefined;
  return { transform: { sql, ...(name !== undefined && { functions: name }) } };
}
