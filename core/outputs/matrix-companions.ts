import * as z from 'zod/mini';

/** What a request of a matrix may have written for readers that do not know manifests. */
const MATRIX_COMPANIONS = ['hive', 'sagemaker'] as const;

export type MatrixCompanion = (typeof MATRIX_COMPANIONS)[number];

const ERROR = `a list of ${MATRIX_COMPANIONS.map((name) => `'${name}'`).join(', ')}`;

/** In the `output` section of a request. */
export const COMPANIONS_ASKED = {
  companions: z.optional(z.array(z.enum(MATRIX_COMPANIONS, { error: ERROR }), { error: ERROR })),
};

/** The same where no such reader takes the files. */
export const NO_COMPANIONS = {
  companions: z.optional(
    z.never({
      error: 'left out: neither Hive nor SageMaker reads these files; give csv or parquet',
    }),
  ),
};

/** What the spec of a kind has. */
export const companionsSpec = { companions: z.optional(z.array(z.enum(MATRIX_COMPANIONS))) };

/** What a request says, each once and in one order, as the spec has it. */
export function companionsOf(asked: readonly MatrixCompanion[] = []): {
  readonly companions?: MatrixCompanion[];
} {
  const companions = MATRIX_COMPANIONS.filter((name) => asked.includes(name));
  return companions.length > 0 ? { companions } : {};
}

const ONE_OBJECT =
  'it lists files, and with output.single there is one object, which readers take by its URI; leave one of both out';

/** Why a reader cannot take an output, by its companion; undefined where it can. */
export type CompanionChecks = Readonly<Record<MatrixCompanion, () => string | undefined>>;

/** The first problem of the companions that are asked for. */
export function companionProblem(
  {
    companions = [],
    single,
  }: {
    readonly companions?: readonly MatrixCompanion[] | undefined;
    readonly single?: true | undefined;
  },
  checks: CompanionChecks,
): string | undefined {
  for (const companion of companions) {
    const problem = single ? ONE_OBJECT : checks[companion]();
    if (problem !== undefined) return `output.companions has ${companion}: ${problem}`;
  }
  return undefined;
}

/** What Hive says of a format without columns. */
export function notOfHive(format: string): string {
  return `${format} has no columns that Hive could read; give output.format csv or parquet, or leave out the companion`;
}
