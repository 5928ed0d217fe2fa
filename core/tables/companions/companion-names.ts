/** What a request may have written beside the manifest, for readers that do not know manifests. */
export const COMPANIONS = ['hive'] as const;

export type Companion = (typeof COMPANIONS)[number];
