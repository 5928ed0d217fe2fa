import { changeText } from './change-text.ts';
import { type Change, type ChangeContext, extremeIntegers, fromText, toText } from './changes.ts';

const VALUES = [
  '"NaN"',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '1.5',
  '1e400',
  '-0',
  '"<f4"',
  '"<i8"',
  '0',
];

/** Values of JSON, keys not among them. */
const VALUE = /"[^"]*"(?!\s*:)|-?\d[\d.e+]*|true|false|null/g;

function valueFor({ random }: ChangeContext): string {
  if (random.chance(0.6)) return random.pick(VALUES);
  return String(random.chance(0.5) ? random.integer(0, 60) : random.pick(extremeIntegers(20)));
}

/** One change of a JSON text: of a value, mostly. */
export const changeJson: Change = (bytes, context) => {
  const { random, log } = context;
  const text = toText(bytes);
  const values = [...text.matchAll(VALUE)];
  if (values.length === 0 || random.chance(0.25)) return changeText(bytes, context);
  const { 0: there, index } = random.pick(values);
  const value = valueFor(context);
  log.push(`${there} at ${index} as ${value}`);
  return fromText(text.slice(0, index) + value + text.slice(index + there.length));
};
