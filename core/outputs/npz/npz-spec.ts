import * as z from 'zod/mini';

/** Chunks that `scipy.sparse.load_npz` reads as CSR. */
export const npzSpec = z.strictObject({ kind: z.literal('npz') });

export type NpzSpec = Readonly<z.infer<typeof npzSpec>>;
