import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { textGrid } from '#cli/frame/text-grid.ts';
import { type JobsPlace, readOutputJobs, type ShownJob } from './read-jobs.ts';

/** Which jobs are asked for. */
interface AskedJobs {
  /** Of the output. */
  readonly uri: string;
  readonly generation?: number | undefined;
  /** Those alone whose last try failed. */
  readonly failed?: true | undefined;
}

const TITLES = ['chunk', 'status', 'tries', 'started', 'finished', 'rows'];
const KEY_TITLES = ['keys', 'first', 'last'];

function lineOf(job: ShownJob, hasKeys: boolean): readonly string[] {
  const { index, status, tries, started, finished = '', rows, keys, covers, error } = job;
  const key = (of: 'first' | 'last') => (keys === undefined ? '' : JSON.stringify(keys[of]));
  return [
    ...[`${index}`, status, `${tries}`, started, finished, rows === undefined ? '' : `${rows}`],
    ...(hasKeys ? [`${keys?.keys ?? ''}`, key('first'), key('last')] : [covers]),
    error === undefined ? '' : `${error.name}: ${error.message}`,
  ];
}

/** Jobs as lines for people. */
export function jobLines(jobs: readonly ShownJob[]): readonly string[] {
  const hasKeys = jobs.some(({ keys }) => keys !== undefined);
  const titles = [...TITLES, ...(hasKeys ? KEY_TITLES : ['covers']), 'error'];
  return textGrid([titles, ...jobs.map((job) => lineOf(job, hasKeys))]);
}

/** Prints the jobs of an output. */
export async function printJobs(
  place: JobsPlace,
  { uri, generation, failed }: AskedJobs,
  io: CommandIo,
): Promise<void> {
  const run = await readOutputJobs(place, { uri, generation }, io.signal);
  const all = await Array.fromAsync(run.jobs);
  const jobs = failed ? all.filter(({ status }) => status === 'failed') : all;
  const { runId, generation: of } = run;
  const title = `run ${runId}, generation ${of}: ${jobs.length} jobs`;
  const result = { runId, generation: of, jobs };
  await printResult(io, result, [title, ...jobLines(jobs)].join('\n'));
}
