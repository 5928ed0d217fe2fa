import type { ChoiceRule, Machine, Next, State, Transformation } from './definition.ts';
import { InvalidDefinition } from './errors.ts';
import { isExpression } from './expressions.ts';
import { Fields } from './fields.ts';
import { isJsonObject, type Json, parseJson } from './json.ts';
import { loadMap } from './load-map.ts';
import { loadRecovery } from './load-recovery.ts';
import { isTimestamp } from './timestamp.ts';

/** 1 MB, AWS's limit on a definition. */
const MAX_DEFINITION_BYTES = 1_048_576;

const MAX_STATE_NAME_LENGTH = 80;

const STATE_TYPES = ['Task', 'Pass', 'Wait', 'Choice', 'Succeed', 'Fail', 'Map'] as const;

function loadNext(fields: Fields): Next {
  const next = fields.text('Next');
  const end = fields.json('End');
  if ((next === undefined) === (end !== true)) {
    throw new InvalidDefinition(
      `MISSING_TRANSITION_TARGET: Missing 'Next' or 'End' at ${fields.pointer}`,
    );
  }
  return next;
}

function loadTransformation(fields: Fields): Transformation {
  return { output: fields.json('Output'), assign: fields.object('Assign') };
}

function loadChoiceRule(fields: Fields): ChoiceRule {
  const condition = fields.json('Condition');
  if (condition === undefined) throw fields.schemaError('Missing required field', 'Condition');
  const rule = {
    condition,
    next: fields.requiredText('Next'),
    ...loadTransformation(fields),
  };
  fields.refuseRest();
  return rule;
}

function loadWait(fields: Fields): { seconds?: Json; timestamp?: Json } {
  const seconds = fields.numeric('Seconds', 0);
  const timestamp = fields.text('Timestamp');
  if ((seconds === undefined) === (timestamp === undefined)) {
    throw fields.schemaError('Exactly one of Seconds and Timestamp must be given');
  }
  if (timestamp !== undefined && !isExpression(timestamp) && !isTimestamp(timestamp)) {
    throw fields.schemaError('String does not match RFC3339 timestamp', 'Timestamp');
  }
  return { seconds, timestamp };
}

function loadTask(fields: Fields): { arguments: Json; timeoutSeconds?: Json } {
  fields.word('Resource', ['arn:aws:states:::lambda:invoke']);
  const taken = fields.json('Arguments') ?? {};
  for (const name of isJsonObject(taken) ? Object.keys(taken) : []) {
    if (name !== 'FunctionName' && name !== 'Payload')
      throw fields.unsupported(`Arguments.${name}`);
  }
  if (isJsonObject(taken) && taken['FunctionName'] === undefined) {
    throw fields.schemaError('Missing required field', 'Arguments/FunctionName');
  }
  return { arguments: taken, timeoutSeconds: fields.numeric('TimeoutSeconds', 1) };
}

function loadTyped(
  fields: Fields,
  name: string,
  loadProcessor: (processor: Fields) => Machine,
): State {
  const type = fields.word('Type', STATE_TYPES);
  switch (type) {
    case 'Task':
      return {
        ...{ type, name, next: loadNext(fields), ...loadTask(fields) },
        ...loadRecovery(fields),
        ...loadTransformation(fields),
      };
    case 'Map':
      return {
        ...{ type, name, next: loadNext(fields), ...loadMap(fields, loadProcessor) },
        ...loadRecovery(fields),
        ...loadTransformation(fields),
      };
    case 'Pass':
      return { type, name, next: loadNext(fields), ...loadTransformation(fields) };
    case 'Wait':
      return {
        ...{ type, name, next: loadNext(fields), ...loadWait(fields) },
        ...loadTransformation(fields),
      };
    case 'Choice': {
      const choices = fields.entries('Choices').map(loadChoiceRule);
      const defaultNext = fields.text('Default');
      return { type, name, choices, defaultNext, ...loadTransformation(fields) };
    }
    case 'Succeed':
      return { type, name, output: fields.json('Output') };
    case 'Fail':
      return { type, name, error: fields.text('Error'), cause: fields.text('Cause') };
    default:
      throw fields.schemaError('Missing required field', 'Type');
  }
}

function targets(state: State): string[] {
  const caught = 'catchers' in state ? state.catchers.map((catcher) => catcher.next) : [];
  if (state.type === 'Choice') {
    const chosen = state.choices.map((rule) => rule.next);
    return state.defaultNext === undefined ? chosen : [...chosen, state.defaultNext];
  }
  return 'next' in state && state.next !== undefined ? [state.next, ...caught] : caught;
}

function assertTargetsExist(machine: Machine, pointer: string): void {
  const named = [machine.startAt, ...[...machine.states.values()].flatMap(targets)];
  for (const name of named) {
    if (!machine.states.has(name)) {
      throw new InvalidDefinition(
        `MISSING_TRANSITION_TARGET: no state is called ${name} at ${pointer}/States`,
      );
    }
  }
}

function loadStates(machine: Fields, language: string): Machine {
  const states = new Map<string, State>();
  for (const [name, fields] of machine.states('States')) {
    if (name.length > MAX_STATE_NAME_LENGTH) {
      throw new InvalidDefinition(
        `a state's name is longer than ${MAX_STATE_NAME_LENGTH}: ${name}`,
      );
    }
    const spoken = fields.text('QueryLanguage') ?? language;
    if (spoken !== 'JSONata') throw fields.unsupported(`QueryLanguage ${spoken}`);
    states.set(
      name,
      loadTyped(fields, name, (processor) => loadStates(processor, language)),
    );
    fields.refuseRest();
  }
  const loaded = { startAt: machine.requiredText('StartAt'), states };
  machine.refuseRest();
  assertTargetsExist(loaded, machine.pointer);
  return loaded;
}

function parseDefinition(text: string): Json {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) {
    throw new InvalidDefinition(`the definition is longer than ${MAX_DEFINITION_BYTES} bytes`);
  }
  try {
    return parseJson(text);
  } catch (error) {
    throw new InvalidDefinition(`INVALID_JSON_DESCRIPTION: ${String(error)}`);
  }
}

/**
 * Loads a state machine's definition, a JSON text, checking every field.
 *
 * @throws {UnsupportedDefinition} it has a state type, field or value that this executor does not
 *   run.
 * @throws {InvalidDefinition} AWS would reject it too.
 */
export function loadDefinition(definition: string): Machine {
  const fields = new Fields(parseDefinition(definition), { state: 'the machine', pointer: '' });
  const language = fields.text('QueryLanguage') ?? 'JSONPath';
  const timeoutSeconds = fields.number('TimeoutSeconds', 1);
  const version = fields.text('Version');
  if (version !== undefined && version !== '1.0') throw fields.unsupported(`Version ${version}`);
  return { ...loadStates(fields, language), timeoutSeconds };
}
