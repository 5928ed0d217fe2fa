import { shownName } from '#core/shown-name.ts';

const MAX_NAME_BYTES = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What is wrong with the name of a column or a field. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'a name is empty; give it one';
  const shown = shownName(name);
  if (!name.isWellFormed()) {
    return `the name ${shown} holds half of a surrogate pair, which UTF-8 cannot write; rename it`;
  }
  if (CONTROL.test(name)) {
    return `the name ${shown} holds a control character; rename it`;
  }
  // The engine's binding takes it off every text that it returns.
  if (name.startsWith('\ufeff')) {
    return `the name ${shownName(name)} begins with a byte order mark; rename it`;
  }
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return `the name ${shown} is longer than ${MAX_NAME_BYTES} bytes; shorten it`;
  }
  return undefined;
}

/**
 * The first two names that differ in nothing but their case: the engine, Hive and Athena hold them
 * for one.
 */
function twinNames(names: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const folded = name.toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) return [twin, name];
    seen.set(folded, name);
  }
  return undefined;
}

/** A sentence about the first twins among the names. */
export function twinProblem(names: readonly string[]): string | undefined {
  const twins = twinNames(names);
  if (twins === undefined) return undefined;
  const [one, other] = twins.map(shownName);
  return one === other
    ? `the name ${one} is given twice; each column needs a name of its own`
    : `the names ${one} and ${other} differ only in case, and SQL engines and Hive hold them for ` +
        'one; rename one of them';
}
