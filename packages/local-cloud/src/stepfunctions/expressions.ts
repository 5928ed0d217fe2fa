import jsonata from 'jsonata';
import { InvalidDefinition, queryEvaluationError } from './errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, jsonTypeOf } from './json.ts';

/** Names that expressions may use: `states` (without the dollar sign), variables, functions. */
export type Bindings = Readonly<Record<string, unknown>>;

const EXPRESSION = /^\{%([\s\S]*)%\}$/;

/**
 * Parsed once for each text: children of a map evaluate the same few expressions again and again.
 */
const compiled = new Map<string, jsonata.Expression>();

function compile(source: string): jsonata.Expression {
  let expression = compiled.get(source);
  if (expression === undefined) {
    expression = jsonata(source);
    compiled.set(source, expression);
  }
  return expression;
}

function sourceOf(template: unknown): string | undefined {
  return typeof template === 'string' ? EXPRESSION.exec(template)?.[1]?.trim() : undefined;
}

/** Whether a value is a `{% … %}` string: nothing before or after the braces. */
export function isExpression(template: unknown): template is string {
  return sourceOf(template) !== undefined;
}

/** @throws {InvalidDefinition} an expression inside the template is not JSONata. */
export function assertCompiles(template: Json, pointer: string): void {
  const source = sourceOf(template);
  if (source !== undefined) {
    try {
      compile(source);
    } catch (error) {
      const problem = error instanceof Error ? error.message : JSON.stringify(error);
      throw new InvalidDefinition(`SCHEMA_VALIDATION_FAILED: ${problem} at ${pointer}`);
    }
  } else if (typeof template === 'object' && template !== null) {
    for (const [key, value] of Object.entries(template)) assertCompiles(value, `${pointer}/${key}`);
  }
}

/**
 * Copies a JSONata result into plain JSON; undefined when something in it is not JSON, such as a
 * function.
 */
function plainJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // Adding zero turns -0 into 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (Array.isArray(value)) return plainArray(value);
  if (typeof value !== 'object') return undefined;
  return '_jsonata_lambda' in value || '_jsonata_function' in value
    ? undefined
    : plainObject(Object.entries(value));
}

function plainArray(values: readonly unknown[]): Json | undefined {
  const copy: Json[] = [];
  for (const value of values) {
    const plain = plainJson(value);
    if (plain === undefined) return undefined;
    copy.push(plain);
  }
  return copy;
}

function plainObject(entries: readonly [string, unknown][]): Json | undefined {
  const copy: [string, Json][] = [];
  for (const [key, value] of entries) {
    const plain = value === undefined ? null : plainJson(value);
    if (plain === undefined) return undefined;
    if (value !== undefined) copy.push([key, plain]);
  }
  // Not plain assignment: a member may be called __proto__.
  return Object.fromEntries(copy);
}

async function evaluateSource(source: string, bindings: Bindings, field: string): Promise<Json> {
  const subject = `The JSONata expression '${source}' specified for the field '${field}'`;
  let result: unknown;
  try {
    result = await compile(source).evaluate(undefined, { ...bindings });
  } catch (thrown) {
    const { code, message } = thrown as { code?: string; message?: string };
    const problem = [code, message].filter((part) => part !== undefined).join(': ');
    throw queryEvaluationError(`${subject} threw an error during evaluation. ${problem}`, field);
  }
  if (result === undefined) {
    throw queryEvaluationError(`${subject} returned nothing (undefined).`, field);
  }
  const plain = plainJson(result);
  if (plain !== undefined) return plain;
  throw queryEvaluationError(`${subject} returned an unsupported result type.`, field);
}

/**
 * Fills in a template: each `{% … %}` string anywhere in it becomes the value of its expression,
 * the rest stays.
 *
 * @param field path of the template in its state, such as `Arguments/Payload`, for messages.
 * @throws {StatesError} `States.QueryEvaluationError` when an expression throws, gives nothing, or
 *   gives no JSON.
 */
export async function evaluate(template: Json, bindings: Bindings, field: string): Promise<Json> {
  const source = sourceOf(template);
  if (source !== undefined) return evaluateSource(source, bindings, field);
  if (isJsonArray(template)) {
    const values: Json[] = [];
    for (const [index, value] of template.entries()) {
      values.push(await evaluate(value, bindings, `${field}[${index}]`));
    }
    return values;
  }
  return isJsonObject(template) ? evaluateObject(template, bindings, field) : template;
}

/** {@link evaluate} for an object, member by member. */
export async function evaluateObject(
  template: JsonObject,
  bindings: Bindings,
  field: string,
): Promise<JsonObject> {
  const members: [string, Json][] = [];
  for (const [key, value] of Object.entries(template)) {
    members.push([key, await evaluate(value, bindings, `${field}/${key}`)]);
  }
  return Object.fromEntries(members);
}

/** JSON types that fields ask for, with a test each. */
const TYPES = {
  boolean: (value: Json) => typeof value === 'boolean',
  string: (value: Json) => typeof value === 'string',
  number: (value: Json) => typeof value === 'number',
  integer: (value: Json) => Number.isSafeInteger(value),
  array: (value: Json) => isJsonArray(value),
};

/** What {@link evaluateTyped} gives for each type. */
interface TypedValues {
  readonly boolean: boolean;
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly array: readonly Json[];
}

/**
 * {@link evaluate} for a field that takes one JSON type only.
 *
 * @throws {StatesError} `States.QueryEvaluationError` when the value is of another type.
 */
export async function evaluateTyped<Type extends keyof TypedValues>(
  type: Type,
  template: Json,
  scope: { readonly bindings: Bindings; readonly field: string },
): Promise<TypedValues[Type]> {
  const value = await evaluate(template, scope.bindings, scope.field);
  if (TYPES[type](value)) return value as TypedValues[Type];
  const subject = `The JSONata expression '${sourceOf(template) ?? JSON.stringify(template)}' specified for the field '${scope.field}'`;
  const reason = `${subject} returned an unexpected result type. Expected '${type}', but was '${jsonTypeOf(value)}' for value: ${JSON.stringify(value)}`;
  throw queryEvaluationError(reason, scope.field);
}
