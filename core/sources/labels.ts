import { RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { findLabelArray } from '#core/sparse/layout/label-array.ts';
import type { LabelsLayout, MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { LabelsFacts } from '#core/sparse/matrix-facts.ts';
import { fileNames } from '#core/sparse/names/file-names.ts';
import {
  openStagedRowNames,
  type StagedTexts,
  stageRowNames,
} from '#core/sparse/names/stage-row-names.ts';
import { stageIdOf } from './stage-id.ts';

/** Labels of a request, bound to one version of their object. */
export interface BoundLabels {
  readonly pin: SourcePin;
  /** True where no other labels can be written than numbers. */
  readonly areNumbers: boolean;
}

/** What labels are found with. */
interface LabelsContext {
  readonly store: ObjectStore;
  stagedFor(stageId: string): StageStore;
}

/** Where labels lie, and what is known of them. */
export interface FoundLabels {
  readonly facts: LabelsFacts;
  readonly part: LabelsLayout;
}

/** A Stage job, and the object with the labels that it stages. */
interface LabelsJob {
  readonly unit: SourceUnit;
  readonly job: StageJob;
}

/** A number in decimal digits, as `float` of Python reads it. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Characters of a label that are shown in a message. */
const SHOWN_CHARACTERS = 40;

function refuseText(text: string, row: number, uri: string): void {
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return;
  throw new RequestError([
    `${uri} has ${JSON.stringify(text.slice(0, SHOWN_CHARACTERS))} as the label of row ${row}, which is no number; give numbers, or write CSV`,
  ]);
}

const LABELS: StagedTexts = {
  objectName: 'labels.bin',
  word: 'label',
  remedy: 'give shorter labels',
};

/** The Stage rounds that make labels in a text readable by range: one job. */
const ROUNDS: Readonly<Record<string, StagedTexts>> = {
  labels: LABELS,
  'number-labels': { ...LABELS, objectName: 'number-labels.bin', check: refuseText },
};

/** Whether a Stage round is of labels. */
export function isLabelsRound(round: string): boolean {
  return Object.hasOwn(ROUNDS, round);
}

/**
 * Finds the labels in an object, or the job that has to be done first. Those of a .npy are read as
 * they lie, those of a text are staged.
 *
 * @throws {RequestError} they are an array that has not one dimension.
 * @throws {UnsupportedSourceError} they are an array of no numbers.
 * @throws {CorruptSourceError} what holds them is damaged.
 */
export async function findLabels(
  { pin: object, areNumbers }: BoundLabels,
  { store, stagedFor }: LabelsContext,
): Promise<FoundLabels | LabelsJob> {
  const array = await findLabelArray(store.open(object));
  if (array !== undefined) {
    const { part, longestBytes } = array;
    return { facts: { object, dtype: part.dtype, longestBytes }, part: { ...part, object } };
  }
  const unit = { uri: object.uri, objects: [object] };
  const round = areNumbers ? 'number-labels' : 'labels';
  const staged = await openStagedRowNames(stagedFor(await stageIdOf(unit, {})), ROUNDS[round]!);
  if (staged === undefined) return { unit, job: { round, index: 0 } };
  const { pin, rows, longestBytes, recordBytes } = staged;
  return {
    facts: { object, dtype: 'text', longestBytes },
    part: { kind: 'texts', object: pin, rows, recordBytes },
  };
}

/**
 * Stages the labels in a text.
 *
 * @throws {RequestError} one of them is no number, where all must be.
 * @throws {BoundExceededError} one is longer than 64 KiB.
 */
export async function stageLabels(
  { unit, job }: LabelsJob,
  { store, stagedFor }: LabelsContext,
): Promise<void> {
  const texts = fileNames(store.open(unit.objects[0]!));
  await stageRowNames(texts, stagedFor(await stageIdOf(unit, {})), ROUNDS[job.round]!);
}

/** @throws {RequestError} there are more or fewer labels than rows. */
export function assertLabelPerRow({ facts, part }: FoundLabels, rows: number): void {
  if (part.rows === rows) return;
  throw new RequestError([
    `${facts.object.uri} has ${part.rows} labels, but the matrix has ${rows} rows; give a label for each row`,
  ]);
}

/** A layout with labels of rows that follow each other, of one or more objects. */
export function withLabels(layout: MatrixLayout, found: readonly FoundLabels[]): MatrixLayout {
  const longestBytes = found.reduce((most, { facts }) => Math.max(most, facts.longestBytes), 0);
  const labels = { ...found.at(-1)!.facts, longestBytes };
  return { ...layout, labels, labelsParts: found.map(({ part }) => part) };
}
