import {
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isNamed, translated } from './errors.ts';
import type { Item } from './ledger-items.ts';
import { readItem } from './ledger-reads.ts';

const ABSENT = 'attribute_not_exists(pk)';

const STATUS = { '#status': 'status' } as const;

/** A write of some attributes of one item. */
interface Update {
  readonly key: Item;
  /** An update expression; `#status` stands for the attribute of that name. */
  readonly set: string;
  /** The condition under which it is done. */
  readonly when: string;
  readonly values: Item;
}

/** The items of one run. Each write is of a single one. */
export class LedgerTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #name: string;

  /** @param name of the run's record, for messages. */
  constructor(client: DynamoDBClient, table: string, name: string) {
    this.#client = client;
    this.#table = table;
    this.#name = name;
  }

  /** @returns the new item, or undefined when the condition does not hold. */
  async update({ key, set, when, values }: Update): Promise<Item | undefined> {
    const input: UpdateItemCommandInput = {
      TableName: this.#table,
      Key: key,
      UpdateExpression: set,
      ConditionExpression: when,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    };
    if (`${set} ${when}`.includes('#status')) input.ExpressionAttributeNames = STATUS;
    const written = await this.#conditional(() => this.#client.send(new UpdateItemCommand(input)));
    return written && (written.Attributes ?? {});
  }

  /** Writes an item, also over one that is there. */
  async put(item: Item): Promise<void> {
    const command = new PutItemCommand({ TableName: this.#table, Item: item });
    await this.#conditional(() => this.#client.send(command));
  }

  /** @returns whether it was written; false when there is one. */
  async putAbsent(item: Item): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: ABSENT,
    });
    return (await this.#conditional(() => this.#client.send(command))) !== undefined;
  }

  async get(key: Item): Promise<Item> {
    return await readItem({ client: this.#client, table: this.#table }, key);
  }

  /** @returns undefined when the condition of the write does not hold. */
  async #conditional<T>(write: () => Promise<T>): Promise<T | undefined> {
    try {
      return await write();
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
      throw translated(error, `write the ledger of run ${this.#name}`);
    }
  }
}
