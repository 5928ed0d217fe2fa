/** What a state does, as the console shows it beside its name. */
export const STATE_COMMENTS = {
  Plan: 'Pins the source, checks the request, and writes the plan: one line for each chunk',
  Decide: 'Goes on by what Plan has decided',
  PlanTable: 'Does what Plan does, for a table: reads its first rows, and chooses the files',
  DecideTable: 'Goes on by what PlanTable has decided',
  PlanDatabase: 'Does what Plan does, for a table of a database: divides it by its keys',
  DecideDatabase: 'Goes on by what PlanDatabase has decided',
  StageSource: 'Prepares a source whose rows cannot be read as it lies; then it is planned again',
  Stage: 'Does one job of the round: an index, or a part of a copy by rows',
  DecideWing: 'Goes back to the step that asked for the round',
  ScatterTables: 'Sorts the rows of a partitioned table; then it is planned again',
  ScatterTable: 'Sorts the rows of one slice into the files that will gather them',
  WriteChunks: 'Writes every chunk of the plan, each by a child of its own',
  WriteChunk: 'Reads one range of rows, writes its object create-only, and records it',
  WriteTables: 'Writes every file of the plan, each by a child of its own',
  WriteTable: 'Converts one file, writes it create-only, and records it',
  CopyDatabases: 'Copies every range of keys of the plan, each by a child of its own',
  CopyDatabase: 'Reads one range of keys, writes its file create-only, and records it',
  PrepareLoad: 'Makes the table of the load ready in the database',
  LoadTables: 'Loads every chunk of the plan, each by a child of its own',
  LoadTable: 'Loads one chunk in one transaction, with its receipt',
  PublishLoad: 'Shows the loaded rows to readers of the database',
  Finalize: 'Proves that every row is there once and in order, and writes the manifest last',
  AlreadyComplete: 'The manifest of this very run is there already',
  DryRunDone: 'The request was checked and planned; nothing was written',
  InboxWaits: 'Nothing of the inbox is due yet',
} as const;

/** A state of the workflow, by its name in the console. */
export type StateName = keyof typeof STATE_COMMENTS;

/** What the state machine does. */
export const WORKFLOW_COMMENT =
  'Writes a sparse matrix or a table in S3 as ordered objects, and proves them. Input: a request such as {"source":"s3://bucket/matrix.npz"}, or the S3 event of the source.';
