import { type RowNames, textsOf } from '#core/sparse/row-names.ts';
import type { Tensor } from './recordio-spec.ts';
import { tensorValues } from './tensor-values.ts';

/** Numbers that Python writes in words. */
const WORDS: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** Labels of rows, which are texts of numbers, as values of a tensor. */
export function labelValues(labels: RowNames, tensor: Tensor): Uint8Array {
  const numbers = textsOf(labels).map((text) => WORDS[text] ?? Number(text));
  return tensorValues(Float64Array.from(numbers), tensor);
}
