import { runExecution } from '#cli/executions/follow-execution.ts';
import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { transformedLines } from '#cli/tables/describe-table.ts';
import type { PlanResult, PlanSummary, TablePlanSummary } from '#core/run/step-messages.ts';
import type { CountedKeys } from '#core/tables/run/counted-keys.ts';
import { type Session, uploadsOf } from './local-cloud-session.ts';
import type { PreparedRun } from './prepared-run.ts';

/** What a dry run, or a run that is complete already, answers. */
export type DryRun = Extract<PlanResult, { readonly decision: 'dry-run' | 'complete' }>;

interface Work {
  readonly prepared: PreparedRun;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Uploads a source and runs its request as a dry run, which plans and writes nothing.
 *
 * @throws {ExecutionFailed} the request does not fit the source.
 */
export async function dryRunIn(
  session: Session,
  { prepared, progress, signal }: Work,
): Promise<DryRun> {
  const { outputs, clients } = session;
  progress.say('uploading the source');
  const request = await prepared.upload(uploadsOf(session, progress));
  const { stateMachineArn } = outputs;
  progress.say('planning');
  const start = { stateMachineArn, input: { ...request, dryRun: true } };
  const output = await runExecution(clients.states, start, async () => {}, signal);
  progress.stop();
  return JSON.parse(output) as DryRun;
}

function dollars(amount: number): string {
  return `$${amount < 0.01 ? amount.toFixed(6) : amount.toFixed(2)}`;
}

function keyLines({ keys, largest, columns }: CountedKeys): readonly string[] {
  const most =
    largest === undefined
      ? ''
      : `, the largest ${JSON.stringify(largest.key)} of ${formatCount(largest.rows)} rows`;
  return [
    ...columns.map(({ name, type }) => `column   ${JSON.stringify(name)} ${type}`),
    `keys     ${formatCount(keys)}${most}`,
  ];
}

function shuffleText({ mappers, reads }: Required<TablePlanSummary>['shuffle'] & object): string {
  if (mappers === 0) return 'none, as the keys of the source have the values of partitions';
  return `${formatCount(mappers)} slices, of which at most ${formatCount(reads)} pieces are gathered`;
}

function tableLines(summary: TablePlanSummary): readonly string[] {
  const { chunks, predictedBytes, predictedFileBytes, predictedRows, seconds, keys } = summary;
  const { min, max } = predictedFileBytes;
  const { partitions, shuffle } = summary;
  return [
    `rows     about ${formatCount(predictedRows)}`,
    ...(keys === undefined ? [] : keyLines(keys)),
    `files    ${formatCount(chunks)} of ${formatBytes(min)} to ${formatBytes(max)}, ${formatBytes(predictedBytes)} in all`,
    ...(partitions === undefined ? [] : [`folders  about ${formatCount(partitions)}`]),
    ...(shuffle === undefined ? [] : [`shuffle  ${shuffleText(shuffle)}`]),
    `time     about ${formatCount(seconds)} s, deployed`,
    `price    ${dollars(summary.dollars.write)} to write, ${dollars(summary.dollars.keep)} a month to keep`,
    ...summary.smallerTypes.map(
      ({ column, type, fits }) =>
        `smaller  ${JSON.stringify(column)} is ${type}, its sampled values fit ${fits}; what was not sampled may be larger`,
    ),
  ];
}

function matrixLines({ rows, chunks, minTextBytes, maxTextBytes }: PlanSummary): readonly string[] {
  return [
    `rows     ${formatCount(rows)}`,
    `chunks   ${formatCount(chunks)}`,
    `content  ${formatBytes(minTextBytes)} to ${formatBytes(maxTextBytes)}`,
  ];
}

/** A dry run as lines for people. */
export function dryRunProse(dry: DryRun): string {
  if (dry.decision === 'complete') return `run      ${dry.runId}, complete already`;
  const { runId, summary } = dry;
  const run = `run      ${runId}, a dry run: nothing was written`;
  if (summary === null) {
    return `${run}\nchunks   not known before the source is staged, which a dry run does not do`;
  }
  const lines = 'predictedRows' in summary ? tableLines(summary) : matrixLines(summary);
  const notes = summary.warnings.map((text) => `note     ${text}`);
  const transformed = 'transformed' in summary ? summary.transformed : undefined;
  const made = transformed === undefined ? [] : ['', ...transformedLines(transformed)];
  return [run, ...lines, ...notes, ...made].join('\n');
}
