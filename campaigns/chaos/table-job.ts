import { PutObjectCommand } from '@aws-sdk/client-s3';
import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { bindTable } from '#core/run/bind-table.ts';
import { createRandom } from '#support/seeded-random.ts';
import {
  expectedLines,
  isGood,
  MADE_SCHEMA,
  type MadeRow,
  madeObject,
  madeRows,
} from '#support/tables/made-table.ts';
import { CONNECTION } from './chaos-database.ts';
import { compareRows } from './compare-rows.ts';
import type { BoundVersion, Job, JobPlace } from './job.ts';
import type { TableScenario } from './scenario.ts';

/** The rows of each object of a table; those of the second version differ in the last object. */
function rowsOf(scenario: TableScenario, seed: number, which: Which): readonly MadeRow[][] {
  const { objects, rows, badShare } = scenario;
  return Array.from({ length: objects }, (_, at) => {
    const isReplaced = which === 'second' && at === objects - 1;
    const random = createRandom((isReplaced ? -1 : 1) * (seed * 100 + at) - FOLDS[which].seed);
    return [...madeRows(random, FOLDS[which].firstId + at * rows, { rows, badShare })];
  });
}

type Which = 'base' | 'first' | 'second';

/** Where a version's objects lie, and with which id its rows begin. */
const FOLDS = {
  base: { folder: 'base', firstId: 0, seed: 50 },
  first: { folder: 'in', firstId: 100_000, seed: 0 },
  second: { folder: 'in', firstId: 100_000, seed: 0 },
} as const;

/** Runs of a table, which a scenario describes. */
class TableJob {
  readonly #scenario: TableScenario;
  readonly #seed: number;
  readonly #concurrency: number;

  constructor(scenario: TableScenario, seed: number, concurrency: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#concurrency = concurrency;
  }

  request(place: JobPlace, which: Which): object {
    const { sourceBucket, key } = place;
    const { size, badShare } = this.#scenario;
    return {
      source: `s3://${sourceBucket}/${key}/${FOLDS[which].folder}/`,
      schema: MADE_SCHEMA,
      onBadRow: badShare > 0 ? 'reject' : 'fail',
      output: { ...this.#output(place, which), ...('files' in size && size) },
      ...('rows' in size && { chunking: size }),
      limits: { concurrency: this.#concurrency },
    };
  }

  #output({ outputBucket, key }: JobPlace, which: Which): object {
    const { output, mode, database } = this.#scenario;
    // Without a place of its own each version of the source has another.
    const place = mode === 'create' ? {} : { uri: `s3://${outputBucket}/${key}/`, mode };
    if (database === undefined) return { ...output, ...place };
    // There is no table yet that the first run could add to.
    const isFirst = which === 'base';
    const append = database.hidden && !isFirst && { append: 'hidden' };
    const postgres = { connection: CONNECTION, table: key, ...append };
    return { ...place, ...(isFirst && { mode: 'create' }), postgres };
  }

  async put(place: JobPlace, which: Which): Promise<BoundVersion> {
    const { s3, sourceBucket, outputBucket, key } = place;
    const { form, mode } = this.#scenario;
    const objects = rowsOf(this.#scenario, this.#seed, which);
    for (const [at, rows] of objects.entries()) {
      const name = `${at}.${form.format}${form.gzip ? '.gz' : ''}`;
      const Key = `${key}/${FOLDS[which].folder}/${name}`;
      const Body = await madeObject(rows, form);
      await s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key, Body }));
    }
    const deployment = { outputBucket, requestDefaults: {}, engine: engineVersion() };
    const store = s3ObjectStore(s3, new AbortController().signal);
    const request = this.request(place, which);
    const { runId, source, location } = await bindTable(request, deployment, store);
    const before = mode === 'append' && which !== 'base' ? this.#rows('base') : [];
    const rows = [...before, ...objects.flat()];
    return {
      etag: source.etag,
      runId,
      prefix: location.prefix,
      version: {
        rows: rows.filter(isGood).length,
        expectedText: async () => Buffer.from(expectedLines(rows)),
        ...(which === 'base' && { mayShow: (content: Buffer) => this.#mayShow(content) }),
      },
    };
  }

  /** Whether a table of the run before may look so while the next run has no manifest. */
  #mayShow(content: Buffer): boolean {
    const { mode, database } = this.#scenario;
    if (database === undefined) return false;
    const [base, next] = [this.#rows('base'), this.#rows('first').filter(isGood)];
    const bad = base.filter((row) => !isGood(row));
    if (mode === 'overwrite') return content.toString() === expectedLines([...next, ...bad]);
    const all = expectedLines([...base, ...next]);
    if (database.hidden) return content.toString() === all;
    const { duplicated, corrupted } = compareRows(Buffer.from(all), content);
    const found = new Set(content.toString().split('\n'));
    const kept = expectedLines(base).trimEnd().split('\n');
    return duplicated + corrupted === 0 && kept.every((line) => found.has(line));
  }

  #rows(which: Which): readonly MadeRow[] {
    return rowsOf(this.#scenario, this.#seed, which).flat();
  }
}

/** A table as files, alone, behind another or in its place. */
export function tableJob(scenario: TableScenario, seed: number, concurrency: number): Job {
  const job = new TableJob(scenario, seed, concurrency);
  const base = {
    request: (place: JobPlace) => job.request(place, 'base'),
    put: (place: JobPlace) => job.put(place, 'base'),
  };
  return {
    request: (place) => job.request(place, 'first'),
    put: (place, which) => job.put(place, which),
    ...(scenario.mode !== 'create' && { base }),
  };
}
