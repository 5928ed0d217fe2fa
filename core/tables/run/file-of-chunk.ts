import type { TableOutput } from './asked-table.ts';

/** The form of the file of a chunk: in one object the header stands once. */
export function fileOfChunk<O extends TableOutput>(output: O, index: number): O {
  if (output.format !== 'csv' || output.single !== true) return output;
  return { ...output, header: output.header && index === 0 };
}
