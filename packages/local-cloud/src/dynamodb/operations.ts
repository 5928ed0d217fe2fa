import { types as batchGetItem } from 'dynalite/validations/batchGetItem.js';
import { types as batchWriteItem } from 'dynalite/validations/batchWriteItem.js';
import { types as deleteItem } from 'dynalite/validations/deleteItem.js';
import { types as describeTable } from 'dynalite/validations/describeTable.js';
import { types as getItem } from 'dynalite/validations/getItem.js';
import { types as listTables } from 'dynalite/validations/listTables.js';
import { types as putItem } from 'dynalite/validations/putItem.js';
import { types as query } from 'dynalite/validations/query.js';
import { types as scan } from 'dynalite/validations/scan.js';
import { types as updateItem } from 'dynalite/validations/updateItem.js';

/** An operation that dynalite does not have, or a parameter that it would ignore. */
export class NotImplemented extends Error {
  override readonly name = 'NotImplemented';
}

/** The operations that are answered, with the parameters that dynalite reads. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  DeleteItem: deleteItem,
  DescribeTable: describeTable,
  GetItem: getItem,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  UpdateItem: updateItem,
};

/** Parameters that may be dropped, because they ask for the default. */
const DEFAULTS: Readonly<Record<string, unknown>> = { ReturnValuesOnConditionCheckFailure: 'NONE' };

/** One request, of which every parameter is understood. */
export interface Operation {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Reads an operation from its `X-Amz-Target` header and body.
 *
 * @throws {NotImplemented} the operation, or a parameter, is not implemented.
 */
export function parseOperation(target: string, body: string): Operation {
  const [version, name = ''] = target.split('.');
  const known = version === 'DynamoDB_20120810' ? OPERATIONS[name] : undefined;
  if (!known) throw new NotImplemented(`DynamoDB ${name} is not implemented locally`);
  const parameters = JSON.parse(body) as Record<string, unknown>;
  const dropped = Object.keys(parameters).find(
    (key) => !(key in known) && parameters[key] !== DEFAULTS[key],
  );
  if (dropped) throw new NotImplemented(`DynamoDB ${name} ${dropped} is not implemented locally`);
  return { name, parameters };
}

/** Names of the tables, and `table/index/name` of the indexes, that an operation touches. */
export function resourcesOf({ name, parameters }: Operation): readonly string[] {
  if (name === 'ListTables') return ['*'];
  if (name.startsWith('Batch')) return Object.keys(Object(parameters['RequestItems']));
  const table = String(parameters['TableName']);
  const index = parameters['IndexName'];
  return [index === undefined ? table : `${table}/index/${String(index)}`];
}
