import {
  describeMatrix,
  type FigureFormat,
  matrixLines,
} from '#core/sparse/layout/describe-matrix.ts';
import type { SourceLayout } from './open-source.ts';

/** What `inspect` says of a source: fields for a program, and lines for people. */
export interface SourceDescription {
  readonly fields: object;
  lines(format: FigureFormat): readonly (readonly [label: string, text: string])[];
}

/**
 * Describes a source by its layout.
 *
 * @param stagedBytes bytes of what was staged to read it.
 */
export function describeSource(layout: SourceLayout, stagedBytes: number): SourceDescription {
  switch (layout.kind) {
    case 'matrix': {
      const fields = describeMatrix(layout, stagedBytes);
      return { fields, lines: (format) => matrixLines(fields, format) };
    }
  }
}
