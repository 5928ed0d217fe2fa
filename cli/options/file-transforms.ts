import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TRANSFORM_NAME } from '#core/contract.ts';

/** Files of functions by the names that requests call them by. */
export type GivenTransforms = Readonly<Record<string, string>>;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** @throws {InvalidArgumentError} it is no name and file. */
function parseTransform(text: string, before: GivenTransforms = {}): GivenTransforms {
  const [, name = '', file = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (!TRANSFORM_NAME.test(name) || file === '') {
    throw new InvalidArgumentError('give a name and a file, such as clean=clean.mjs');
  }
  const path = resolve(file);
  if (!isFile(path) || path.includes(',')) {
    throw new InvalidArgumentError(`${file} is no file that can be read; commas are not allowed`);
  }
  return { ...before, [name]: path };
}

/** Adds `--transforms`. */
export function addTransformsOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--transforms <name=file.mjs>',
      'table: function with a handler that transform.lambda may name; may be given several times',
    ).argParser(parseTransform),
  );
}

/** The files as the context of the app takes them; undefined without any. */
export function transformsContext(given: GivenTransforms | undefined): string | undefined {
  if (given === undefined) return undefined;
  return Object.entries(given)
    .map(([name, path]) => `${name}=${path}`)
    .join(',');
}
