import { inOrder } from '#core/bytes/in-order.ts';
import { RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { findFormat } from '#core/sparse/formats/find-format.ts';
import type {
  FormatInput,
  MatrixFormat,
  StoredEntries,
} from '#core/sparse/formats/matrix-format.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { stackParts } from '#core/sparse/layout/stack-parts.ts';
import { type Shape, storedEntries } from '#core/sparse/matrix-facts.ts';
import {
  assertLabelPerRow,
  type BoundLabels,
  findLabels,
  isLabelsRound,
  stageLabels,
  withLabels,
} from './labels.ts';
import type { SourceLayout } from './open-source.ts';
import { nameRows, ROW_NAMES_ROUND, stageRowNamesOf } from './row-names.ts';
import { stageIdOf } from './stage-id.ts';

/** Units that are opened at once: nearly all of that time is spent waiting for S3. */
const UNITS_AT_ONCE = 16;

/** What a source is resolved with. */
export interface ResolveContext {
  readonly options: SourceOptions;
  readonly store: ObjectStore;
  /** Opens the staged objects of one unit, named by 32 hexadecimal digits. */
  stagedFor(stageId: string): StageStore;
  /** Finds the names of the rows too, which are staged first. @default false */
  readonly withRowNames?: boolean;
  /** Finds the labels of the rows too; those in a text are staged first. @default none */
  readonly labels?: BoundLabels | undefined;
  /** True when a job has to end soon, see {@link FormatInput}. @default never */
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** One job of a Stage round, and its unit. */
export interface UnitJob {
  readonly unit: SourceUnit;
  readonly job: StageJob;
}

/** The layout of the whole source, or the jobs of all its parts that must be done first. */
export type SourceResolution =
  | {
      readonly layout: SourceLayout;
      /** What lies in its units and is not read, and might have a meaning. */
      readonly unused: readonly string[];
    }
  | {
      readonly jobs: readonly UnitJob[];
      /** Of the whole source; absent where the headers of a unit do not say it. */
      readonly shape?: Shape;
      /** The same of its stored entries. */
      readonly stored?: StoredEntries;
    };

/** Opens a unit: finds its format, and all that the format needs. */
export async function openUnit(
  unit: SourceUnit,
  context: ResolveContext,
): Promise<{ readonly format: MatrixFormat; readonly input: FormatInput }> {
  const { options, store, isTimeUp } = context;
  const { format, source } = await findFormat(unit, options, store);
  const staged = context.stagedFor(await stageIdOf(unit, options));
  return { format, input: { unit, source, options, store, staged, isTimeUp } };
}

/** The shape of units whose rows follow each other; undefined where one of them is not known. */
function stackedShape(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length) return undefined;
  return [known.reduce((sum, [rows]) => sum + rows, 0), known[0]![1]];
}

function storedIn(layout: SourceLayout): StoredEntries {
  return { dtype: layout.dtype, entries: storedEntries(layout) };
}

/** The entries of all units; undefined where one of them is not known. */
function storedInAll(units: readonly (StoredEntries | undefined)[]): StoredEntries | undefined {
  const known = units.filter((stored) => stored !== undefined);
  if (known.length < units.length) return undefined;
  return { dtype: known[0]!.dtype, entries: known.reduce((sum, { entries }) => sum + entries, 0) };
}

/** Finds the layout of one unit, with its row names where they are asked for, or its jobs. */
async function resolveUnit(unit: SourceUnit, context: ResolveContext) {
  const { format, input } = await openUnit(unit, context);
  const resolution = await format.resolve(input);
  if (context.withRowNames !== true || 'jobs' in resolution) return { unit, resolution };
  return { unit, resolution: await nameRows(resolution, format, input) };
}

/** Finds the layout of all units, or the jobs that must be done first, without labels. */
async function resolveUnits(
  units: readonly SourceUnit[],
  context: ResolveContext,
): Promise<SourceResolution> {
  const layouts: SourceLayout[] = [];
  const shapes: (Shape | undefined)[] = [];
  const stored: (StoredEntries | undefined)[] = [];
  const unused: string[] = [];
  const jobs: UnitJob[] = [];
  const tasks = units.map((unit) => () => resolveUnit(unit, context));
  for await (const { unit, resolution } of inOrder(tasks, UNITS_AT_ONCE)) {
    shapes.push('layout' in resolution ? resolution.layout.shape : resolution.shape);
    stored.push('layout' in resolution ? storedIn(resolution.layout) : resolution.stored);
    if ('layout' in resolution) {
      layouts.push(resolution.layout);
      unused.push(...(resolution.unused ?? []).map((name) => `${name} in ${unit.uri}`));
    } else jobs.push(...resolution.jobs.map((job) => ({ unit, job })));
  }
  return jobs.length > 0
    ? { jobs, shape: stackedShape(shapes), stored: storedInAll(stored) }
    : { layout: stackParts(layouts), unused };
}

/** The jobs of a source that is not resolved before one more job is done. */
function withJob(resolution: SourceResolution, job: UnitJob): SourceResolution {
  if ('jobs' in resolution) return { ...resolution, jobs: [...resolution.jobs, job] };
  const { layout } = resolution;
  return { jobs: [job], shape: layout.shape, stored: storedIn(layout) };
}

/**
 * Finds the layout of a source, or the jobs that must be done first. Call it again after those.
 *
 * Opens up to 16 units at once, each by a few small reads. Holds the layouts: about 1 KB per unit.
 *
 * @throws {UnsupportedSourceError} no format reads a unit; the message says what to do.
 * @throws {CorruptSourceError} bytes contradict their format, or parts do not fit together.
 * @throws {BoundExceededError} a header is beyond a bound.
 * @throws {RequestError} there are more or fewer labels than rows.
 */
export async function resolveSource(
  units: readonly SourceUnit[],
  context: ResolveContext,
): Promise<SourceResolution> {
  const resolution = await resolveUnits(units, context);
  if (context.labels === undefined) return resolution;
  const labels = await findLabels(context.labels, context);
  if ('job' in labels) return withJob(resolution, labels);
  const { shape } = 'layout' in resolution ? resolution.layout : resolution;
  if (shape !== undefined) assertLabelPerRow(labels, shape[0]);
  if ('jobs' in resolution) return resolution;
  return { ...resolution, layout: withLabels(resolution.layout, [labels]) };
}

/**
 * Does one job of a Stage round. A job that is done twice makes the same objects.
 *
 * @throws {RequestError} the format of the unit has no such job.
 */
export async function stageUnit(
  { unit, job }: UnitJob,
  context: ResolveContext,
  signal?: AbortSignal,
): Promise<void> {
  if (isLabelsRound(job.round)) return await stageLabels({ unit, job }, context);
  const { format, input } = await openUnit(unit, context);
  if (job.round === ROW_NAMES_ROUND) return await stageRowNamesOf(format, input);
  if (format.stage === undefined) {
    throw new RequestError([`${unit.uri} is of format ${format.name}, which has no jobs`]);
  }
  await format.stage(job, input, signal);
}
