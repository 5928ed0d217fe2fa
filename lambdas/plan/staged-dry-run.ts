import { sketchChunks } from '#core/chunks/sketch-plan.ts';
import { summarizePlan } from '#core/chunks/summarize-plan.ts';
import { stagingCost } from '#core/cost/staging-cost.ts';
import type { Placement } from '#core/manifest/place-run.ts';
import { countingStore, type RequestCount } from '#core/objects/counting-store.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import type { MatrixPlanSummary } from '#core/run/plan-summary.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import {
  openUnit,
  type ResolveContext,
  type SourceResolution,
} from '#core/sources/resolve-source.ts';
import { sampleText } from '#core/sources/sample-text.ts';
import { bytesOfUnits, stageInMemory } from '#core/sources/stage-in-memory.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { sketchedFacts, stagedBytesOf } from '#core/sparse/sketched-facts.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { pricesOf } from '#lambdas/shared/plan-prices.ts';
import { dryRun } from './dry-run.ts';
import { nameLayout } from './name-layout.ts';
import { readyRun } from './ready-run.ts';

/** A dry run of a source that must be staged before its rows can be read. */
export interface StagedDryRun {
  readonly deps: PlanDeps;
  readonly bound: BoundRun;
  readonly placement: Placement;
  readonly context: ResolveContext;
  readonly resolution: Extract<SourceResolution, { readonly jobs: unknown }>;
  readonly asked: RequestCount;
}

/** Where headers say nothing: bytes of an entry in what is staged, entries of a row, columns. */
const GUESSED = { entryBytes: 6, rowEntries: 50, columns: 10_000, dtype: 'float64' } as const;

/** What headers say of the matrix; the rest is guessed from the size of the source. */
async function factsSoFar({ bound, resolution, context }: StagedDryRun): Promise<MatrixFacts> {
  const { stored, shape } = resolution;
  const [first, ...others] = bound.units;
  const { format } = await openUnit(first!, context);
  const isText = shape === undefined && format.name === 'svmlight' && others.length === 0;
  const sampled = isText ? await sampleText(first!, context) : undefined;
  if (sampled !== undefined) return sampled;
  const bytes = bytesOfUnits(bound.units);
  const entries = stored?.entries ?? Math.ceil(bytes / GUESSED.entryBytes);
  const rows = Math.ceil(entries / GUESSED.rowEntries);
  return sketchedFacts({
    ...{ format: format.name, dtype: stored?.dtype ?? GUESSED.dtype, entries },
    shape: shape ?? [rows, GUESSED.columns],
  });
}

function doubtsOf({ resolution: { stored, shape } }: StagedDryRun): readonly string[] {
  const guessed = [
    ...(shape === undefined ? ['rows and columns'] : []),
    ...(stored === undefined ? ['stored entries'] : []),
  ];
  return [
    guessed.length === 0
      ? 'the source must be staged first, so sizes are of its headers alone, without a sample'
      : `the source must be staged first, and its headers do not say its ${guessed.join(' and ')}: these, and all sizes, are guessed from its bytes or first lines`,
  ];
}

function stagingOf(staged: StagedDryRun, jobs: number, stagedBytes: number) {
  const { deps, bound } = staged;
  const { prices } = pricesOf(deps);
  const { concurrency } = bound.request;
  const sourceBytes = bytesOfUnits(bound.units);
  return stagingCost({ jobs, sourceBytes, stagedBytes, concurrency }, prices);
}

async function sketchedSummary(staged: StagedDryRun): Promise<MatrixPlanSummary> {
  const { deps, bound, resolution, asked } = staged;
  const facts = await factsSoFar(staged);
  const { request, units } = bound;
  const { spec: output } = request.output;
  const tallied = sketchChunks({ facts, output, chunking: request.chunking });
  const stagedBytes = stagedBytesOf(facts);
  return summarizePlan({
    ...{ facts, output, tallied, asked, sourceBytes: stagedBytes },
    ...{ parts: units.map(({ uri }) => uri), concurrency: request.concurrency },
    ...{ prices: pricesOf(deps), limits: request },
    ...{
      doubts: doubtsOf(staged),
      staging: stagingOf(staged, resolution.jobs.length, stagedBytes),
    },
  });
}

/**
 * Plans a run whose source must be staged first, and writes nothing: a small source is staged in
 * memory and sampled; of a large one headers are read.
 */
export async function stagedDryRun(staged: StagedDryRun, signal: AbortSignal): Promise<PlanResult> {
  const { deps, bound, placement, context, asked } = staged;
  const { runId, location } = bound;
  const inMemory = await stageInMemory(bound.units, context, signal);
  if (inMemory === undefined) {
    return { decision: 'dry-run', runId, location, summary: await sketchedSummary(staged) };
  }
  const { layout, store, jobs, stagedBytes } = inMemory;
  const named = await nameLayout(layout, bound, { ...context, store });
  const ready = readyRun(bound, placement, named);
  const work = { deps, ready, store: countingStore(store, asked), asked };
  return await dryRun(work, { staging: stagingOf(staged, jobs, stagedBytes) });
}
