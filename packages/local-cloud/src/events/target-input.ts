import { UnsupportedRule } from './event-errors.ts';
import type { EventObject } from './event-pattern.ts';

/**
 * How the input of a target is made from the event. With neither field the event itself is the
 * input.
 */
export interface InputSettings {
  /** JSON passed instead of the event. */
  readonly input?: string | undefined;
  /** Text with `<name>` places, filled from paths such as `$.detail.object.key`. */
  readonly transformer?:
    | { readonly paths: Readonly<Record<string, string>>; readonly template: string }
    | undefined;
}

const PATH = /^\$(\.[A-Za-z0-9_-]+)*$/;

function valueAt(event: EventObject, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
      event,
    );
}

const isInsideQuotes = (before: string) => (before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;

function transform(
  event: EventObject,
  paths: Readonly<Record<string, string>>,
  template: string,
): string {
  return template.replace(/<([^<>]+)>/g, (_, name: string, offset: number) => {
    const path = paths[name];
    if (path === undefined) throw new UnsupportedRule(`the input template names <${name}>`);
    const json = JSON.stringify(valueAt(event, path) ?? '');
    // Within quotes, a text is inserted without quotes of its own.
    return json.startsWith('"') && isInsideQuotes(template.slice(0, offset))
      ? json.slice(1, -1)
      : json;
  });
}

/**
 * Makes the function that turns an event into a target's input, which is JSON text.
 *
 * @throws {UnsupportedRule} a path is more than a chain of keys.
 */
export function compileTargetInput(settings: InputSettings): (event: EventObject) => string {
  const { input, transformer } = settings;
  if (input !== undefined) return () => input;
  if (!transformer) return (event) => JSON.stringify(event);
  const unknownPath = Object.values(transformer.paths).find((path) => !PATH.test(path));
  if (unknownPath) throw new UnsupportedRule(`the input path ${unknownPath} is not known`);
  return (event) => transform(event, transformer.paths, transformer.template);
}
