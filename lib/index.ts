/**
 * What an application that installs the package may import. All else lies inside and changes
 * without notice.
 *
 * @see docs/package.md
 */
export type { RequestDefaults } from '#core/contract.ts';
export type { Functions } from './functions.ts';
export type { LedgerTable } from './ledger-table.ts';
export type { Monitoring } from './monitoring.ts';
export type { PostgresDatabase, PostgresDatabases } from './postgres.ts';
export { SparseFanout, type SparseFanoutProps } from './sparse-fanout.ts';
export type { StepMemory, StepName } from './step-memory.ts';
export type { Transforms } from './transforms.ts';
