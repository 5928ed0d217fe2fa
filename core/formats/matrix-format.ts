import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { CsrLayout } from './csr-layout.ts';

/** A source format: one folder of `core/formats` that exports one of these. */
export interface MatrixFormat {
  /** Tells by the first bytes of an object, at least 16 unless it is shorter, whether it is of this format. */
  matches(head: Uint8Array): boolean;
  /** Reads the headers of an object that matched, and finds its arrays. */
  open(source: ByteSource): Promise<CsrLayout>;
}
