import usEast1 from './us-east-1.json' with { type: 'json' };

/** One file per Region; the command `prices` writes them. */
export const PRICE_FILES = [usEast1] as const;
