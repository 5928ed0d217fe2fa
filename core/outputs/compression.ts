/** How the text of a chunk is stored: as it is, or as one gzip member. */
export const COMPRESSIONS = ['none', 'gzip'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** What a chunk's key ends with, and what its object is called in HTTP. */
export const STORED_AS: Readonly<
  Record<Compression, { readonly ending: string; readonly contentType: string }>
> = {
  none: { ending: '.csv', contentType: 'text/csv' },
  gzip: { ending: '.csv.gz', contentType: 'application/gzip' },
};
