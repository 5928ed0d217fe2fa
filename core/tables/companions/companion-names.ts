/** What a request may have written beside the manifest, for readers that do not know manifests. */
export const COMPANIONS = ['hive', 'iceberg'] as const;

export type Companion = (typeof COMPANIONS)[number];
