/**
 * `npm run campaign -- tables-proof`: tables through the deployed stack, and what other programs
 * read of their objects and files.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { LocalStack } from '#support/local-stack.ts';
import { proveDeterminism } from './determinism.ts';
import { proveEquality, proveLocalRun, proveTransforms } from './equality.ts';
import { proveKeys } from './keys.ts';
import { proveLargestKey } from './largest-key.ts';
import { provePartitions } from './partitions.ts';
import type { Proof } from './proof.ts';
import { pythonOfReaders } from './python.ts';
import { proveSizes } from './sizes.ts';
import { FUNCTIONS } from './transforms.ts';
import { proveTypes } from './types.ts';

const EXIT_ABSENT = 3;

const MODULE = join(import.meta.dirname, '../../support/tables/transform-functions.ts');

const PROOFS: Readonly<Record<string, Proof>> = {
  equality: proveEquality,
  'local-run': proveLocalRun,
  transforms: proveTransforms,
  determinism: proveDeterminism,
  sizes: proveSizes,
  partitions: provePartitions,
  keys: proveKeys,
  'largest-key': proveLargestKey,
  types: proveTypes,
};

interface Options {
  readonly only?: string;
  readonly python?: string;
  readonly full?: true;
}

const options = new Command('npm run campaign -- tables-proof')
  .description('prove values, order, bytes, sizes and types of tables')
  .addOption(new Option('--only <proof>', 'one of them').choices(Object.keys(PROOFS)))
  .option('--python <path>', 'with the packages of requirements.txt; else one is made')
  .option('--full', 'sizes as in production: some minutes, and 20 GB of disk')
  .parse()
  .opts<Options>();

const python = options.python ?? (await pythonOfReaders());
if (python === undefined) {
  console.error('there is no Python 3.10 to 3.13 here, so nothing was compared');
  process.exit(EXIT_ABSENT);
}
const functions = await givenFunctions({ functions: `${FUNCTIONS}=${MODULE}` });
const assembly = await cloudAssembly(new AbortController().signal, { functions });
for (const [name, prove] of Object.entries(PROOFS)) {
  if (options.only !== undefined && options.only !== name) continue;
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'tables-proof-'));
  const stack = await LocalStack.start(assembly);
  try {
    const say = (line: string) => console.log(`${name}: ${line}`);
    const isRight = await prove({ stack, python, folder, isFull: options.full ?? false, say });
    const seconds = Math.round((performance.now() - started) / 1000);
    say(`${isRight ? 'proved' : 'WRONG'} in ${seconds} s`);
    if (!isRight) process.exitCode = 1;
  } finally {
    await stack.close();
    await rm(folder, { recursive: true });
  }
}
