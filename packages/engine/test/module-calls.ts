import { join } from 'node:path';
import { functionModule } from '#engine/functions/function-module.ts';
import type { OwnOptions } from '#engine/functions/own-functions.ts';
import { open } from './opened.ts';

export const EXAMPLE = join(import.meta.dirname, '../../../examples/functions/clean.ts');

export const moduleOf = (exported: string) => functionModule('own', `var functions = ${exported}`);

/** One function of a text. */
export const ofText = (apply: string, more = '', before = '') =>
  moduleOf(
    `(() => { ${before}; return { f: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: ${apply}, ${more} } }; })()`,
  );

/** The first column of a SELECT that calls functions, or the error of it. */
export async function answered(
  module: ReturnType<typeof moduleOf>,
  text: string,
  options: OwnOptions = {},
) {
  await using opened = await open();
  await opened.engine.addFunctions(module, options);
  const rows = await opened.engine.runSelect({ text });
  opened.engine.proveFunctions();
  return rows.map((row) => Object.values(row)[0]);
}

export const failed = (
  module: ReturnType<typeof moduleOf>,
  text: string,
  options: OwnOptions = {},
) =>
  answered(module, text, options).then(
    (rows) => ({ rows }),
    ({ name, kind, message }) => ({ name, kind, message }),
  );
