import {
  asksForStage,
  encryptsOutput,
  lists,
  placesRuns,
  queriesLedger,
  readsSource,
  type Stores,
  writesLedger,
} from './function-permissions.ts';
import { KEYS } from './key-patterns.ts';
import { creates, createsWhole, type Permission, reads } from './permissions.ts';
import { reachesDatabases } from './postgres.ts';
import { opensUploads } from './single-permissions.ts';
import { callsTransforms } from './transforms.ts';

/** What the PlanTable function may do. */
export function planTablePermissions(stores: Stores): readonly Permission[] {
  const { sourceBucket, outputBucket } = stores;
  return [
    ...readsSource(stores),
    lists(sourceBucket),
    creates(outputBucket, KEYS.plans, 'writes the plan of any run'),
    creates(outputBucket, KEYS.layouts, 'writes how the objects of any table are read'),
    creates(
      outputBucket,
      KEYS.objectLists,
      'writes the list of the objects of any table, and reads those of an inbox',
    ),
    ...callsTransforms(outputBucket, stores.transforms),
    creates(outputBucket, KEYS.shares, 'writes what the files of any partitioned table gather'),
    creates(outputBucket, KEYS.shufflePlans, 'writes how the mappers of any run read its table'),
    creates(outputBucket, KEYS.shuffleObjects, 'writes the objects that mappers read'),
    reads(outputBucket, KEYS.shuffleIndexes, 'sees what the mappers of any run have scattered'),
    ...opensUploads(outputBucket),
    ...asksForStage(stores),
    ...placesRuns(stores),
  ];
}

/** What the ScatterTable function may do. */
export function scatterTablePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, KEYS.staged, 'reads the seek indexes of large texts'),
    creates(outputBucket, KEYS.shuffle, 'scatters the rows of any partitioned table'),
    ...callsTransforms(outputBucket, stores.transforms),
    lists(outputBucket),
    ...encryptsOutput(stores),
  ];
}

/** What a function may do that converts a chunk of objects, wherever its rows go. */
function convertsChunks(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, KEYS.layouts, 'reads how the objects of any table are read'),
    reads(outputBucket, KEYS.objectLists, 'reads which objects a chunk is of'),
    reads(outputBucket, KEYS.staged, 'reads the seek indexes of large texts'),
    createsWhole(outputBucket, KEYS.chunks, 'writes the chunks of any run'),
    createsWhole(outputBucket, KEYS.overwritingChunks, 'writes chunks that overwrite others'),
    creates(outputBucket, KEYS.rejects, 'writes the rows that were left out of any chunk'),
    ...callsTransforms(outputBucket, stores.transforms),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
  ];
}

/** What the WriteTable function may do: beside objects it reads what was scattered. */
export function writeTablePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...convertsChunks(stores),
    reads(outputBucket, KEYS.shares, 'reads what the files of any partitioned table gather'),
    reads(outputBucket, KEYS.shuffle, 'gathers the rows of any partitioned table'),
    createsWhole(outputBucket, KEYS.attemptedChunks, 'writes chunks of a later attempt'),
    {
      reason: 'names an object of an inbox that is at fault',
      actions: ['s3:PutObject'],
      resources: [outputBucket.arnForObjects(KEYS.objectFaults)],
    },
  ];
}

/** What the PlanDatabase function may do: it reads no object of the source bucket. */
export function planDatabasePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    creates(outputBucket, KEYS.plans, 'writes the plan of any run, and goes on with one'),
    creates(outputBucket, KEYS.layouts, 'writes how any table is read, and goes on with that'),
    creates(outputBucket, KEYS.objectLists, 'writes which table a run is of'),
    ...placesRuns(stores),
    ...reachesDatabases(stores.postgres),
  ];
}

/** What the CopyDatabase function may do: it reads no object of the source bucket. */
export function copyDatabasePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    reads(outputBucket, KEYS.layouts, 'reads how the rows of any table are read'),
    createsWhole(outputBucket, KEYS.chunks, 'writes the chunks of any run'),
    createsWhole(outputBucket, KEYS.overwritingChunks, 'writes chunks that overwrite others'),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
    ...reachesDatabases(stores.postgres),
  ];
}

/** What the LoadTable function may do: its rows go to the databases, and receipts to the bucket. */
export function loadTablePermissions(stores: Stores): readonly Permission[] {
  return [
    ...convertsChunks(stores),
    ...queriesLedger(stores),
    ...reachesDatabases(stores.postgres),
  ];
}
