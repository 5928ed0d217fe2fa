/** The formats that a matrix, or each part of one, may have. */
export const FORMATS = ['npz', 'bundle', 'npy', 'svmlight', 'mtx', 'h5ad', '10x'] as const;

export type SourceFormat = (typeof FORMATS)[number];
