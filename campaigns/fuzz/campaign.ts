import { FuzzReport } from './fuzz-report.ts';
import type { WorkerOptions } from './worker.ts';
import { WorkerProcess } from './worker-process.ts';

/** The runs of a campaign, and the number of processes. */
export interface FuzzCampaign extends WorkerOptions {
  readonly runs: number;
  readonly processes: number;
  /** Called after each batch. */
  readonly onProgress: (done: number) => void;
}

const BATCH_RUNS = 250;

/**
 * A worker is replaced after this many runs, so that what is left of one run is not mistaken for a
 * fault of another.
 */
const WORKER_RUNS = 5_000;

/**
 * Whether a run that took too much time or memory does so again in a new process that does nothing
 * else.
 */
async function isLostAgain(options: WorkerOptions, run: number): Promise<boolean> {
  const worker = await WorkerProcess.start(options);
  const { lost } = await worker.work({ from: run, to: run + 1 }, () => undefined);
  await worker.end();
  return lost !== undefined;
}

/** Takes batches until there are none left. */
async function work(campaign: FuzzCampaign, take: () => number | undefined, report: FuzzReport) {
  let worker: WorkerProcess | undefined;
  for (let from = take(); from !== undefined; from = take()) {
    const to = Math.min(campaign.runs, from + BATCH_RUNS);
    for (let at = from; at < to; ) {
      worker ??= await WorkerProcess.start(campaign);
      const { lost } = await worker.work({ from: at, to }, (result) => report.add(result));
      report.notePeak(worker.peakRssBytes);
      at = lost === undefined ? to : lost.run + 1;
      if (lost === undefined && worker.runs < WORKER_RUNS) continue;
      await worker.end();
      worker = undefined;
      if (lost === undefined) continue;
      const isSure = lost.how === 'crash' || (await isLostAgain(campaign, lost.run));
      report.addLoss({ ...lost, isSure });
    }
    campaign.onProgress(report.runs);
  }
  await worker?.end();
}

/** Does all runs of a campaign, in processes of their own. */
export async function runFuzzCampaign(campaign: FuzzCampaign): Promise<FuzzReport> {
  const report = new FuzzReport();
  let next = 0;
  const take = () => {
    if (next >= campaign.runs) return undefined;
    const from = next;
    next += BATCH_RUNS;
    return from;
  };
  await Promise.all(Array.from({ length: campaign.processes }, () => work(campaign, take, report)));
  return report;
}
