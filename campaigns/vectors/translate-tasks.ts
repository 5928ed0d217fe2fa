import {
  isJsonObject,
  type Json,
  type JsonObject,
} from '@sparse-fanout/local-cloud/stepfunctions/json.ts';

/**
 * Recordings of tasks, retries, limits and timeouts in JSONPath whose definitions have nothing but
 * the fields that {@link translateTasks} knows, so that a program can write them in JSONata word
 * for word.
 */
export const TRANSLATED_TASKS: ReadonlySet<string> = new Set([
  'lambda-invoke-invoke-timeout',
  'lambda-invoke-no-such-function',
  'lambda-invoke-no-such-function-catch',
  'lambda-invoke-ok-invoke',
  'lambda-invoke-ok-invoke-bytes-payload',
  'lambda-invoke-ok-invoke-json-values--helloworld',
  'lambda-invoke-ok-invoke-json-values--json-value5',
  'lambda-invoke-ok-invoke-json-values--true',
  'lambda-invoke-raise-custom-exception',
  'lambda-invoke-raise-exception',
  'lambda-invoke-raise-exception-catch',
  'retry-interval-features-max-attempts-zero',
  'service-task-lambada-catch-state-all-data-limit-exceeded-on-large-utf8-response',
  'service-task-lambada-data-limit-exceeded-on-large-utf8-response',
  'start-large-input',
  'timeout-fixed-timeout-service-lambda',
  'timeout-fixed-timeout-service-lambda-with-path',
  'timeout-global-timeout',
]);

/** `$.a` reads the input, `$$.a` the context object. */
function expression(path: Json): string {
  if (typeof path !== 'string') throw new Error(`${JSON.stringify(path)} is no path`);
  const read = path.startsWith('$$')
    ? `$states.context${path.slice(2)}`
    : `$states.input${path.slice(1)}`;
  return `{% ${read} %}`;
}

/** `{ "x.$": "$.a" }` is `{ "x": "{% $states.input.a %}" }`. */
function payload(template: Json): Json {
  if (!isJsonObject(template)) return template;
  const members = Object.entries(template).map(([key, value]) =>
    key.endsWith('.$') ? [key.slice(0, -2), expression(value)] : [key, payload(value)],
  );
  return Object.fromEntries(members);
}

/** A Pass that puts its input, or its Result, at one member of its input. */
function resultPath(path: Json): string {
  const member = /^\$\.(\w+)$/.exec(String(path))?.[1];
  if (member === undefined) throw new Error(`${JSON.stringify(path)} is not translated`);
  return `{% $merge([$states.input, {'${member}': $states.input}]) %}`;
}

const SAME = new Set(['Type', 'Resource', 'Next', 'End', 'Comment', 'Retry', 'Catch', 'Seconds']);

/** How each field of JSONPath is written in JSONata. */
const TRANSLATED: Readonly<Record<string, (value: Json) => JsonObject>> = {
  Parameters: (value) => ({ Arguments: payload(value) }),
  Result: (value) => ({ Output: value }),
  ResultPath: (value) => ({ Output: resultPath(value) }),
  TimeoutSeconds: (value) => ({ TimeoutSeconds: value }),
  TimeoutSecondsPath: (value) => ({ TimeoutSeconds: expression(value) }),
};

function translateState(state: Json): JsonObject {
  const fields = Object.entries(isJsonObject(state) ? state : {}).map(([name, value]) => {
    if (SAME.has(name)) return { [name]: value };
    const translate = TRANSLATED[name];
    if (translate === undefined) throw new Error(`${name} is not translated`);
    return translate(value);
  });
  return Object.assign({}, ...fields);
}

/**
 * Writes a definition of {@link TRANSLATED_TASKS} in JSONata. @throws {Error} it has a field beyond
 * those known.
 */
export function translateTasks(definition: JsonObject): JsonObject {
  const { States = null } = definition;
  const states = isJsonObject(States) ? Object.entries(States) : [];
  const translated = states.map(([name, state]) => [name, translateState(state)]);
  return { ...definition, QueryLanguage: 'JSONata', States: Object.fromEntries(translated) };
}
