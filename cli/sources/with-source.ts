import { join } from 'node:path';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { AskedLabels } from '#core/outputs/output.ts';
import { type NamedLayout, nameColumns } from '#core/sources/column-names.ts';
import { bindNames } from '#core/sources/given-names.ts';
import { withLabelColumn } from '#core/sources/label-column.ts';
import {
  type BoundLabels,
  type FoundLabels,
  findLabels,
  stageLabels,
  withLabels,
} from '#core/sources/labels.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { type OpenedSource, openSource, type SourceLayout } from '#core/sources/open-source.ts';
import type { PartOrder } from '#core/sources/part-order.ts';
import { pinUnits } from '#core/sources/pin-source.ts';
import {
  type ResolveContext,
  resolveSource,
  type SourceResolution,
  stageUnit,
} from '#core/sources/resolve-source.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { Names } from '#core/sparse/names.ts';
import { folderStageStore } from './folder-stage-store.ts';
import { asUri } from './location.ts';
import { withFolder } from './with-folder.ts';
import { withStore } from './with-store.ts';

/**
 * A source on the command line: files, folders or S3 URIs whose rows follow each other, and how
 * they are read.
 */
export interface AskedSource {
  readonly locations: readonly string[];
  /** Version of a single object in S3. @default the newest */
  readonly versionId?: string | undefined;
  /** Order of the parts of a folder. */
  readonly order?: PartOrder | undefined;
  readonly options: SourceOptions;
  /** Asks for the names of the columns: those given or at the location, else in the source. */
  readonly columnNames?: { readonly given: string | readonly string[] | undefined } | undefined;
  /** The column that comes first, as the label: its name or number. @default none */
  readonly label?: string | number | undefined;
  /** The object or file with the label of each row. @default none */
  readonly labels?: AskedLabels | undefined;
  /** Labels that follow each other, which may be of more rows than the source has. @default none */
  readonly pinnedLabels?: PinnedLabels | undefined;
  /** Asks for the names of the rows, which are staged. @default false */
  readonly withRowNames?: boolean;
}

/** Versions of objects with labels. */
interface PinnedLabels extends Pick<AskedLabels, 'areNumbers'> {
  readonly pins: readonly SourcePin[];
}

/** A source whose rows can be read, and where it lies. */
export interface GivenSource {
  readonly source: OpenedSource;
  /** Undefined where they were not asked for, or the columns have none. */
  readonly columnNames: Names | undefined;
  readonly layout: SourceLayout;
  readonly pin: SourcePin;
  /** Bytes of what was staged to read it. */
  readonly stagedBytes: number;
  /** URIs of its parts, in order. */
  readonly parts: readonly string[];
  /** What lies in its folders and files and is not read. */
  readonly ignored: readonly string[];
}

/** Does every Stage round in this process, job by job; the workflow does it with functions. */
async function resolveHere(
  units: readonly SourceUnit[],
  context: ResolveContext,
  signal: AbortSignal,
): Promise<Extract<SourceResolution, { layout: unknown }>> {
  for (;;) {
    const resolution = await resolveSource(units, context);
    if ('layout' in resolution) return resolution;
    for (const job of resolution.jobs) {
      signal.throwIfAborted();
      await stageUnit(job, context, signal);
    }
  }
}

/** Finds labels as they were pinned; what has to be staged is staged in this process. */
async function findHere(
  { pins, areNumbers }: PinnedLabels,
  context: ResolveContext,
): Promise<FoundLabels[]> {
  const all: FoundLabels[] = [];
  for (const pin of pins) {
    let found = await findLabels({ pin, areNumbers }, context);
    while ('job' in found) {
      await stageLabels(found, context);
      found = await findLabels({ pin, areNumbers }, context);
    }
    all.push(found);
  }
  return all;
}

/** The labels of the rows of a source, as they are now. */
async function boundLabels(
  { labels }: AskedSource,
  store: ObjectStore,
): Promise<BoundLabels | undefined> {
  return labels && { pin: await store.pin(labels.uri), areNumbers: labels.areNumbers };
}

/** Bytes of the objects of a layout that are not the source's own. */
function bytesBeside(units: readonly SourceUnit[], { parts }: SourceLayout): number {
  const own = new Set(units.flatMap(({ objects }) => objects.map(({ uri }) => uri)));
  return parts
    .flatMap(({ objects }) => objects)
    .filter(({ uri }) => !own.has(uri))
    .reduce((sum, { size }) => sum + size, 0);
}

async function nameHere(
  layout: SourceLayout,
  units: readonly SourceUnit[],
  { columnNames: asked, label }: AskedSource,
  context: ResolveContext,
): Promise<NamedLayout> {
  if (asked === undefined) return await withLabelColumn({ layout, columnNames: undefined }, label);
  const given = asked.given === undefined ? undefined : await bindNames(asked.given, context.store);
  const named = await nameColumns(layout, { units, given: given?.names }, context);
  return await withLabelColumn(named, label);
}

async function openIn(
  asked: AskedSource,
  { store, folder }: { readonly store: ObjectStore; readonly folder: string },
  signal: AbortSignal,
): Promise<GivenSource> {
  const { locations, versionId, options, order, withRowNames = false } = asked;
  const address = { uris: await Promise.all(locations.map(asUri)), versionId, order };
  const { units, passedOver } = await listUnits(store, address);
  const pin = await pinUnits(address, units);
  const stagedFor = (stageId: string) => folderStageStore(join(folder, stageId), store);
  const labels = await boundLabels(asked, store);
  const context = { options, store, stagedFor, withRowNames, labels };
  const { layout: resolved, unused } = await resolveHere(units, context, signal);
  const { layout: named, columnNames } = await nameHere(resolved, units, asked, context);
  const { pinnedLabels: pinned } = asked;
  const layout = pinned ? withLabels(named, await findHere(pinned, context)) : named;
  const stagedBytes = bytesBeside(units, layout);
  const parts = units.map(({ uri }) => uri);
  const source = openSource(pin.uri, layout, store);
  const ignored = [...passedOver, ...unused];
  return { pin, layout, stagedBytes, parts, ignored, source, columnNames };
}

/**
 * Pins S3 objects or files for as long as `use` takes, and reads the headers in them.
 * What has to be staged is staged in a temporary folder.
 *
 * @throws {SourceNotFoundError} there is none, or it cannot be read.
 */
export async function withSource<T>(
  asked: AskedSource,
  signal: AbortSignal,
  use: (given: GivenSource) => Promise<T>,
): Promise<T> {
  return await withStore(signal, async (store) =>
    withFolder(async (folder) => use(await openIn(asked, { store, folder }, signal))),
  );
}
