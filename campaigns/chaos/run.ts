/** `npm run campaign -- chaos --runs 200 --seed 1`: whole jobs under random faults. */

import { FAULT_KINDS } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { type CampaignReport, runCampaign } from './campaign.ts';

const HAPPENINGS = [
  ...['duplicateStart', 'sourceReplaced', 'clockJump', 'cloudKilled'],
  ...['connectionCut', 'serverRestarted'],
];

const DEFAULT_RUNS = 20;
const DEFAULT_SEED = 1;

/** Runs between two lines of progress. */
const PROGRESS_RUNS = 20;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sayCounts(title: string, counts: ReadonlyMap<string, number>, names: Iterable<string>) {
  say(title);
  for (const name of names) say(`  ${name.padEnd(30)} ${counts.get(name) ?? 0}`);
}

function sayReport({ runs, ends, faults, causes, failed }: CampaignReport): void {
  sayCounts('faults injected', faults, [...FAULT_KINDS, ...HAPPENINGS]);
  sayCounts('causes named by failed executions', causes, [...causes.keys()].sort());
  sayCounts('manifest complete by', ends, ['complete', 'redrive', 'same request']);
  const rows = (['lost', 'duplicated', 'misordered', 'corrupted'] as const).map((kind) => {
    const count = failed.reduce((sum, { differences }) => sum + differences[kind], 0);
    return `${kind} ${count}`;
  });
  const hangs = failed.filter(({ hung }) => hung).length;
  say(`rows: ${rows.join(', ')}; hangs ${hangs}; runs ${runs}, failed ${failed.length}`);
}

const command = new Command('npm run campaign -- chaos')
  .description('run whole jobs under random faults and check what they leave behind')
  .option('--runs <n>', 'how many', parseCount, DEFAULT_RUNS)
  .option('--seed <n>', 'of the first run; the next ones count up', parseCount, DEFAULT_SEED)
  .option('--loads', 'load tables of PostgreSQL alone, which else a sixth of the runs do')
  .parse();
const { runs, seed, loads } = command.opts<{ runs: number; seed: number; loads?: true }>();
const began = performance.now();
const report = await runCampaign({
  runs,
  seed,
  ...(loads && { isLoad: true }),
  onEnd(done) {
    const seconds = Math.round((performance.now() - began) / 1000);
    if (done % PROGRESS_RUNS === 0 || done === runs) say(`${done} of ${runs} runs, ${seconds} s`);
  },
  onFailure(run) {
    say(`run ${run.seed} failed: ${run.reason}`);
    say(`  again: npm run campaign -- chaos --runs 1 --seed ${run.seed}${loads ? ' --loads' : ''}`);
  },
});
sayReport(report);
process.exit(report.failed.length === 0 ? 0 : 1);
