import { type ChecksumAlgorithm, createDigest } from './checksums.ts';

/** What was computed over a body while it streamed. */
export interface BodyDigests {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Base64 by algorithm. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** Digests of a body, computed as it passes. */
export class BodyDigest {
  readonly #md5 = createDigest('MD5');
  readonly #digests: ReadonlyMap<ChecksumAlgorithm, ReturnType<typeof createDigest>>;
  #size = 0;

  constructor(algorithms: Iterable<ChecksumAlgorithm>) {
    this.#digests = new Map([...algorithms].map((each) => [each, createDigest(each)]));
  }

  update(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#md5.update(bytes);
    for (const digest of this.#digests.values()) digest.update(bytes);
  }

  /** The values; nothing may be added afterwards. */
  finish(): BodyDigests {
    const checksums = Object.fromEntries(
      [...this.#digests].map(([name, digest]) => [name, digest.digest().toString('base64')]),
    );
    return { size: this.#size, md5: this.#md5.digest().toString('hex'), checksums };
  }
}
