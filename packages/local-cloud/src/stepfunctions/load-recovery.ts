import type { Catcher, Retrier } from './definition.ts';
import type { Fields } from './fields.ts';
import { isJsonArray } from './json.ts';

/** 99,999,999 seconds, the longest time that a definition may name. */
const MAX_SECONDS = 99_999_999;

function errorEquals(fields: Fields): string[] {
  const names = fields.json('ErrorEquals') ?? [];
  const texts = isJsonArray(names) ? names.filter((name) => typeof name === 'string') : [];
  if (!isJsonArray(names) || texts.length === 0 || texts.length !== names.length) {
    throw fields.schemaError('Value is not a list of error names', 'ErrorEquals');
  }
  if (texts.includes('States.ALL') && texts.length > 1) {
    throw fields.schemaError('States.ALL must appear alone', 'ErrorEquals');
  }
  return texts;
}

function assertAllComesLast(entries: readonly Fields[], names: readonly (readonly string[])[]) {
  const early = names.findIndex((list) => list.includes('States.ALL'));
  const entry = entries[early];
  if (entry !== undefined && early < entries.length - 1) {
    throw entry.schemaError('States.ALL must come last', 'ErrorEquals');
  }
}

function loadRetrier(fields: Fields): Retrier {
  const retrier: Retrier = {
    errorEquals: errorEquals(fields),
    intervalSeconds: fields.number('IntervalSeconds', 1) ?? 1,
    maxAttempts: fields.number('MaxAttempts', 0) ?? 3,
    backoffRate: fields.number('BackoffRate', 1) ?? 2,
    maxDelaySeconds: fields.number('MaxDelaySeconds', 1) ?? MAX_SECONDS,
    jitterStrategy: fields.word('JitterStrategy', ['FULL', 'NONE']) ?? 'NONE',
  };
  fields.refuseRest();
  return retrier;
}

function loadCatcher(fields: Fields): Catcher {
  const catcher: Catcher = {
    errorEquals: errorEquals(fields),
    next: fields.requiredText('Next'),
    output: fields.json('Output'),
    assign: fields.object('Assign'),
  };
  fields.refuseRest();
  return catcher;
}

/**
 * Loads `Retry` and `Catch` of a state, with AWS's defaults.
 *
 * @throws {InvalidDefinition}
 * @throws {UnsupportedDefinition}
 */
export function loadRecovery(state: Fields): { retry: Retrier[]; catchers: Catcher[] } {
  const retryFields = state.entries('Retry');
  const catchFields = state.entries('Catch');
  const retry = retryFields.map(loadRetrier);
  const catchers = catchFields.map(loadCatcher);
  assertAllComesLast(
    retryFields,
    retry.map((entry) => entry.errorEquals),
  );
  assertAllComesLast(
    catchFields,
    catchers.map((entry) => entry.errorEquals),
  );
  return { retry, catchers };
}
