import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { stageUnit } from '#core/sources/resolve-source.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const ROOT = 's3://b/x/';
const NAMES = ['data.npy', 'indices.npy', 'indptr.npy', 'meta.json'];
const store = memoryObjectStore(
  Object.fromEntries(NAMES.map((name) => [`${ROOT}${name}`, new Uint8Array(9)])),
);

describe('a job of a Stage round', () => {
  it('fails for a format that is read in place: it has no jobs', async () => {
    const { units } = await listUnits(store, { uris: [ROOT] });
    const [unit] = units;
    const context = { options: {}, store, stagedFor: () => memoryStageStore() };
    const staging = stageUnit({ unit: unit!, job: { round: 'count', index: 0 } }, context);
    await expect(staging).rejects.toThrow(RequestError);
    await expect(staging).rejects.toThrow('s3://b/x/ is of format bundle, which has no jobs');
  });
});
