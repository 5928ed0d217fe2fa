/** The formats that a matrix, or each part of one, may have. */
export const FORMATS = [
  'npz',
  'bundle',
  'npy',
  'svmlight',
  'mtx',
  'h5ad',
  '10x',
  '10x-mtx',
] as const;

export type SourceFormat = (typeof FORMATS)[number];
