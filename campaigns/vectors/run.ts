/** `npm run campaign -- vectors`: compares the local cloud with recordings of AWS. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ReplayReport } from './match.ts';
import { replayS3 } from './replay-s3.ts';
import { replaySfn } from './replay-sfn.ts';
import { everyS3, missing, RECORDINGS, runnableSfn } from './scope.ts';

/** Recordings of AWS lie beside the checkout, because they are not part of this project. */
const BESIDE = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors');

const EXIT_ABSENT = 3;

interface Suite {
  readonly name: string;
  readonly report: ReplayReport;
  readonly required: { readonly what: string; readonly ids: readonly string[] };
}

function refusedLines({ refused }: ReplayReport): string[] {
  const groups = Map.groupBy(refused, ({ by }) => by);
  return [...groups].flatMap(([by, vectors]) => [
    `  refused by ${by}: ${vectors.length}`,
    ...vectors.map(({ id }) => `    ${id}`),
  ]);
}

/** Prints one suite; returns whether everything is as it must be. */
function printSuite({ name, report, required }: Suite): boolean {
  const { passed, refused, failed } = report;
  const lost = missing(required.ids, report);
  const lines = [
    `${name}: ${passed.length} passed, ${refused.length} refused by name, ${failed.length} failed`,
    `  ${required.ids.length - lost.length} of ${required.ids.length} ${required.what} passed`,
    ...refusedLines(report),
    ...failed.map(({ id, difference }) => `  FAILED ${id}: ${difference}`),
    ...lost.map((id) => `  MISSING among the passed: ${id}`),
  ];
  console.log(lines.join('\n'));
  return failed.length === 0 && lost.length === 0;
}

async function replayAll(directory: string): Promise<boolean> {
  const sfn = await replaySfn(directory);
  const s3 = await replayS3(directory);
  const translated = sfn.passed.filter((id) => id.endsWith(' (JSONata)')).length;
  const agreements = [
    printSuite({
      name: 'Step Functions',
      report: sfn,
      required: {
        what: 'JSONata recordings without inline Map and Parallel',
        ids: await runnableSfn(directory),
      },
    }),
    printSuite({
      name: 'S3',
      report: s3,
      required: { what: 'recordings', ids: await everyS3(directory) },
    }),
  ];
  const suites = [sfn, s3];
  const count = (pick: (report: ReplayReport) => readonly unknown[]): number =>
    suites.reduce((sum, report) => sum + pick(report).length, 0);
  const worded = sfn.wording.map(({ id, difference }) => `  ${id}: ${difference}`);
  console.log(
    [
      `Of the passed, ${translated} are JSONPath recordings written in JSONata; ${worded.length} word a cause otherwise than AWS`,
      ...worded,
      `replays of AWS recordings: ${count(({ passed }) => passed)} passed, ${count(({ refused }) => refused)} left out because they are refused by name, ${count(({ failed }) => failed)} failed`,
    ].join('\n'),
  );
  return agreements.every(Boolean);
}

const directory = resolve(process.argv[2] ?? BESIDE);
if (await stat(directory).then(Boolean, () => false)) {
  process.exitCode = (await replayAll(directory)) ? 0 : 1;
} else {
  console.error(
    `recordings of AWS: ${RECORDINGS.s3 + RECORDINGS.sfn} not replayed (${RECORDINGS.s3} of S3, ${RECORDINGS.sfn} of Step Functions): they lie beside other checkouts, none in ${directory}`,
  );
  process.exitCode = EXIT_ABSENT;
}
