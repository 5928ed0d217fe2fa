import { ApiError } from './errors.ts';
import { isJsonObject, type JsonObject, parseJson } from './json.ts';

function validation(problem: string): ApiError {
  return new ApiError('ValidationException', `1 validation error detected: ${problem}`);
}

/** The members of a request in the AWS JSON protocol. */
export class CallFields {
  readonly #members: JsonObject;

  /** @throws {ApiError} SerializationException: the body is no JSON object. */
  constructor(body: string) {
    let parsed: unknown;
    try {
      parsed = parseJson(body || '{}');
    } catch (error) {
      throw new ApiError('SerializationException', String(error));
    }
    if (!isJsonObject(parsed)) throw new ApiError('SerializationException', 'not an object');
    this.#members = parsed;
  }

  /** Text, or undefined when absent. @throws {ApiError} ValidationException */
  text(member: string): string | undefined {
    const value = this.#members[member] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw validation(`Value at '${member}' is not a string`);
  }

  /** Text that must be there. @throws {ApiError} ValidationException */
  required(member: string): string {
    const value = this.text(member);
    if (value !== undefined) return value;
    const problem = 'failed to satisfy constraint: Member must not be null';
    throw validation(`Value null at '${member}' ${problem}`);
  }

  /**
   * Refuses a member that would change the answer in a way that is not implemented.
   *
   * @throws {ApiError} ValidationException
   */
  refuse(member: string): void {
    if (this.#members[member] === undefined) return;
    throw validation(`'${member}' is not implemented by the local Step Functions`);
  }

  /** A flag. @throws {ApiError} ValidationException */
  flag(member: string, absent: boolean): boolean {
    const value = this.#members[member] ?? absent;
    if (typeof value === 'boolean') return value;
    throw validation(`Value at '${member}' is not a boolean`);
  }

  /**
   * One page of a list, as `maxResults` (at most 1,000; 0 means 100) and `nextToken` ask for it.
   *
   * @throws {ApiError} ValidationException, InvalidToken
   */
  page<Entry>(entries: readonly Entry[]): { page: Entry[]; nextToken?: string } {
    const size = this.#members['maxResults'] ?? 0;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > 1000) {
      throw validation(`Value at 'maxResults' must be between 0 and 1000`);
    }
    const token = this.text('nextToken');
    const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
    if (!Number.isSafeInteger(start) || start < 0) {
      throw new ApiError('InvalidToken', `Invalid Token: '${token}'`);
    }
    const end = start + (size || 100);
    const nextToken = Buffer.from(String(end)).toString('base64');
    return { page: entries.slice(start, end), ...(end < entries.length && { nextToken }) };
  }
}
