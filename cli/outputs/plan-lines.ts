import { formatBytes, formatCount, formatCounted, rangeText } from '#cli/frame/format-figures.ts';
import { bindingAdvice } from '#core/cost/binding-limit.ts';
import { dollars } from '#core/cost/cost-text.ts';
import { secondsText } from '#core/cost/seconds-text.ts';
import type { PlanSummary, TablePlanSummary } from '#core/run/plan-summary.ts';

type Keys = Required<TablePlanSummary>['keys'];

function keyLines({ keys, largest, columns }: Keys): readonly string[] {
  const most =
    largest === undefined
      ? ''
      : `, the largest ${JSON.stringify(largest.key)} of ${formatCounted(largest.rows, 'row')}`;
  return [
    ...columns.map(({ name, type }) => `column   ${JSON.stringify(name)} ${type}`),
    `keys     ${formatCount(keys)}${most}`,
  ];
}

function shuffleText({ mappers, reads }: Required<TablePlanSummary>['shuffle']): string {
  if (mappers === 0) return 'none, as the keys of the source have the values of partitions';
  return `${formatCounted(mappers, 'slice')}, of which at most ${formatCount(reads)} pieces are gathered`;
}

function tableLines({ partitions, shuffle, keys }: TablePlanSummary): readonly string[] {
  return [
    ...(keys === undefined ? [] : keyLines(keys)),
    ...(partitions === undefined ? [] : [`folders  about ${formatCount(partitions)}`]),
    ...(shuffle === undefined ? [] : [`shuffle  ${shuffleText(shuffle)}`]),
  ];
}

function smallerLines({ smallerTypes }: TablePlanSummary): readonly string[] {
  return smallerTypes.map(
    ({ column, type, fits }) =>
      `smaller  ${JSON.stringify(column)} is ${type}, its sampled values fit ${fits}; what was not sampled may be larger`,
  );
}

/** Which services the money goes to, the dearest first. */
function servicesText({ total: _, ...services }: PlanSummary['usd']): string {
  const names = { lambda: 'Lambda', s3: 'S3', stepFunctions: 'Step Functions' };
  const all = { ...names, dynamoDb: 'DynamoDB', logs: 'Logs' };
  const parts = Object.entries(services).sort(([, a], [, b]) => b - a);
  return parts.map(([name, usd]) => `${all[name as keyof typeof all]} ${dollars(usd)}`).join(', ');
}

function moneyLines(summary: PlanSummary, age: number): readonly string[] {
  const { usd, storageUsdPerMonth, prices } = summary;
  return [
    `price    ${dollars(usd.total)} to write (${servicesText(usd)})`,
    `         ${dollars(storageUsdPerMonth)} a month to keep; list prices of ${prices.region}, ${formatCounted(age, 'day')} old`,
  ];
}

function stagingLines({ staging }: PlanSummary): readonly string[] {
  if (staging === undefined) return [];
  const { jobs, usd, seconds, bytes } = staging;
  return [
    `staging  once before: ${formatCounted(jobs, 'job')}, ${secondsText(seconds)}, ${dollars(usd)}, ${formatBytes(bytes)} kept; not counted above`,
  ];
}

/** Seconds that a run takes at least before it is worth making faster. */
const LONG_SECONDS = 60;

/** Chunks that are enough to share the work. */
const MANY_CHUNKS = 100;

/** What would make a run faster, where that is worth it. */
function boundText({ binds, seconds, chunks }: PlanSummary): string {
  const isShared = binds === 'chunks' && chunks >= MANY_CHUNKS;
  if (seconds.p50 < LONG_SECONDS || isShared) return '';
  return `; bound by ${bindingAdvice(binds)}`;
}

function timeText(summary: PlanSummary): string {
  const { p5, p50, p95 } = summary.seconds;
  const [usual, range] = [secondsText(p50), rangeText(secondsText(p5), secondsText(p95))];
  const likely = range === usual ? '' : ` (${range})`;
  return `about ${usual} on AWS${likely}${boundText(summary)}`;
}

/** What binary kinds hold is counted as it is stored. */
function bytesText({ text, stored }: PlanSummary): string {
  const kept = `${formatBytes(stored.bytes)} stored`;
  return text.bytes === stored.bytes ? kept : `${formatBytes(text.bytes)} of text, ${kept}`;
}

/**
 * What a plan promises, as lines for people.
 *
 * @param age of its prices, days.
 */
export function planLines(summary: PlanSummary, age: number): readonly string[] {
  const { rows, chunks, chunkBytes, requests, lambda } = summary;
  const isTable = summary.facts.kind === 'table';
  const table = isTable ? (summary as TablePlanSummary) : undefined;
  const each = rangeText(formatBytes(chunkBytes.min), formatBytes(chunkBytes.max));
  const s3 = `${formatCount(requests.puts)} PUT, ${formatCount(requests.gets)} GET`;
  return [
    `rows     ${isTable ? 'about ' : ''}${formatCount(rows)}`,
    `${isTable ? 'files ' : 'chunks'}   ${formatCount(chunks)} of ${each}`,
    `bytes    about ${bytesText(summary)}`,
    ...(table ? tableLines(table) : []),
    `time     ${timeText(summary)}`,
    `memory   ${formatBytes(lambda.peakBytes)} of a writer at most, of ${formatCount(lambda.memoryMiB)} MiB`,
    `requests ${s3}, ${formatCounted(requests.ledgerWrites, 'DynamoDB write')}, ${formatCounted(requests.stateTransitions, 'transition')}, ${formatCount(Math.round(lambda.gbSeconds))} GB-seconds`,
    ...moneyLines(summary, age),
    ...stagingLines(summary),
    ...(table ? smallerLines(table) : []),
    ...summary.warnings.map((warning) => `note     ${warning}`),
  ];
}
