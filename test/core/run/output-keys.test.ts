import { describe, expect, it } from 'vitest';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import {
  chosenKey,
  claimKey,
  columnNamesKey,
  companionFolder,
  dataFolder,
  defaultPrefix,
  executionFailureKey,
  failuresKey,
  faultKey,
  generationKey,
  isDataFolder,
  layoutKey,
  longKeyProblem,
  manifestKey,
  objectsKey,
  outputUri,
  planKey,
  rejectsFolder,
  reservedProblem,
  SUFFIX_BYTES,
  scatterKeys,
  sharesKey,
  shuffleLayoutKey,
  shuffleObjectsKey,
  stagedPrefix,
  stageResultsPrefix,
  transformKey,
} from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';

it('gives the rows of a transform keys in a folder of the run', () => {
  expect(transformKey('ab', 'input', 'chunk-1')).toBe('_transform/ab/input/chunk-1.parquet');
  expect(transformKey('ab', 'output', 'chunk-1')).toBe('_transform/ab/output/chunk-1.parquet');
});

describe('the keys of a run', () => {
  it('lie below its prefix, control files apart from data', () => {
    expect(manifestKey('out/')).toBe('out/_manifest/manifest.json');
    expect(generationKey('out/', 1)).toBe('out/_manifest/manifest-000001.json');
    expect(claimKey('out/', 1)).toBe('out/_manifest/run.json');
    expect(columnNamesKey('out/', 1)).toBe('out/_manifest/columns.json');
    expect(columnNamesKey('out/', 3)).toBe('out/_manifest/columns-000003.json');
    expect(dataFolder({ since: 1 })).toBe('data/');
    expect(dataFolder({ since: 12 })).toBe('data-g000012/');
    expect(failuresKey('out/')).toBe('out/_manifest/failures.json');
    expect(planKey('out/', 1)).toBe('out/_plan/plan.jsonl');
    expect(layoutKey('out/', 1)).toBe('out/_plan/source.json');
    expect(objectsKey('out/', 1)).toBe('out/_plan/objects.jsonl');
    expect(outputUri({ bucket: 'b', prefix: 'out/' }, 'out/x')).toBe('s3://b/out/x');
  });

  it('stage what makes a source readable apart from all outputs', () => {
    expect(stagedPrefix('id')).toBe('_staged/id/');
  });

  it('name what an execution leaves by the end of its ARN', () => {
    const arn = 'arn:aws:states:us-east-1:111122223333:execution:machine:name';
    expect(stageResultsPrefix(arn)).toBe('_staged/results/name/');
    expect(executionFailureKey(arn)).toBe('_failures/name.json');
  });

  it.each(['_staged/', '_failures/', '_shuffle/', '_transform/'])(
    'leave %s to the runs',
    (folder) => {
      expect(reservedProblem(`${folder}x/`, 'output.uri')).toBe(
        `output.uri lies below ${folder}, which is kept for what runs need themselves (_staged/, _failures/, _shuffle/, _transform/); give an output.uri elsewhere`,
      );
      expect(reservedProblem(`x/${folder}`, 'output.uri')).toBeUndefined();
    },
  );

  it('have the number of an appended generation', () => {
    expect(generationKey('out/', 12)).toBe('out/_manifest/manifest-000012.json');
    expect(claimKey('out/', 12)).toBe('out/_manifest/run-000012.json');
    expect(planKey('out/', 12)).toBe('out/_plan/plan-000012.jsonl');
    expect(layoutKey('out/', 12)).toBe('out/_plan/source-000012.json');
    expect(objectsKey('out/', 12)).toBe('out/_plan/objects-000012.jsonl');
  });

  it.each([
    ['folder/matrix.npz', 'folder/matrix/id/'],
    ['matrix', 'matrix/id/'],
    ['a.b/matrix', 'a.b/matrix/id/'],
    ['matrix.tar.gz', 'matrix.tar/id/'],
  ])('default to the key of the source without its ending: %s', (key, prefix) => {
    expect(defaultPrefix(key, 'id')).toBe(prefix);
  });
});

it('the folders of chunks are known from others', () => {
  const moved = { generation: 1, attempt: 2 };
  const places = [{ since: 1 }, { since: 2 }, { since: 999_999 }, { since: 1, moved }];
  for (const place of places) expect(isDataFolder(dataFolder(place))).toBe(true);
  for (const other of ['data', 'data-g2/', 'mydata-g000002/', 'data-g000002-/', '_plan/']) {
    expect(isDataFolder(other)).toBe(false);
  }
});

it('a later attempt of a generation has keys of its own', () => {
  const place = { since: 1, moved: { generation: 7, attempt: 2 } };
  expect(dataFolder(place)).toBe('data-g000007-2/');
  expect(rejectsFolder(place)).toBe('_manifest/rejects-000007-2/');
  expect(companionFolder('hive', 7, 2)).toBe('_manifest/hive-000007-2/');
  expect(chosenKey('out/', 1)).toBe('out/_plan/objects-chosen.jsonl');
  expect(chosenKey('out/', 1, 2)).toBe('out/_plan/objects-chosen-000001-2.jsonl');
  expect(faultKey('out/', 7)).toBe('out/_plan/objects-fault-000007.jsonl');
  expect(faultKey('out/', 7, 3)).toBe('out/_plan/objects-fault-000007-3.jsonl');
  expect(objectsKey('out/', 7, 3)).toBe('out/_plan/objects-000007-3.jsonl');
  expect(planKey('out/', 7, 3)).toBe('out/_plan/plan-000007-3.jsonl');
  expect(layoutKey('out/', 7, 3)).toBe('out/_plan/source-000007-3.json');
  expect(attemptOf({ generation: 7, base: place })).toBe(2);
  expect(attemptOf({ generation: 8, base: place })).toBe(1);
});

describe('the length of keys', () => {
  const location = { bucket: 'b', prefix: '' };
  const output = { kind: 'csv', dialect: DEFAULT_DIALECT, compression: 'gzip' } as const;

  it('leaves room for every name below an output', () => {
    const results = `${RESULTS_FOLDER}/${'0'.repeat(36)}/SUCCEEDED_1000.json`;
    const names = [
      ...[
        chunkKey({ location, output, base: { chunks: 0, rows: 0, since: 999_999 } }, 999_999),
        results,
        failuresKey(''),
      ],
      ...[
        manifestKey(''),
        generationKey('', 999_999),
        claimKey('', 999_999),
        columnNamesKey('', 999_999),
      ],
      ...[planKey('', 999_999), layoutKey('', 999_999)],
    ];
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(SUFFIX_BYTES);
  });

  it('is refused where a name would not fit, counted in bytes', () => {
    expect(longKeyProblem('x'.repeat(944), 'output.uri')).toBeUndefined();
    expect(longKeyProblem('ü'.repeat(473), 'output.uri')).toBe(
      'output.uri has a prefix of 946 bytes, allowed are 944: a key in S3 has at most 1024, of which the names of chunks and reports need up to 80; give a shorter output.uri',
    );
  });
});

describe('the keys of a shuffle', () => {
  it('are spread by the number of the mapper, but for the indexes, which are listed', () => {
    expect(scatterKeys('run', 258)).toEqual({
      rows: '_shuffle/02/run/000258.parquet',
      rejects: '_shuffle/02/run/000258.jsonl',
      keys: '_shuffle/run/index/000258.parquet',
      index: '_shuffle/run/index/000258.json',
    });
    expect(shuffleLayoutKey('run')).toBe('_shuffle/run/source.json');
    expect(shuffleObjectsKey('run')).toBe('_shuffle/run/objects.jsonl');
    expect(sharesKey('out/', 1)).toBe('out/_plan/shares.jsonl');
    expect(sharesKey('out/', 2, 3)).toBe('out/_plan/shares-000002-3.jsonl');
  });
});
