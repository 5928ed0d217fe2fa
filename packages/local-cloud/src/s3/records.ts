import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums.ts';
import type { Extent } from './data-files.ts';
import type { KeyIndex } from './key-index.ts';

/** A part of an object or of an upload. */
export interface StoredPart extends Extent {
  /** 1 to 10,000; not always without gaps. */
  readonly partNumber: number;
  /** Hexadecimal; the ETag of the part. */
  readonly md5: string;
  /** Base64, of the object's or upload's algorithm. */
  readonly checksum: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** What the store keeps of an object, as JSON; writing it is what makes the object exist. */
export interface ObjectRecord {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970; of a multipart object, when its upload was created, as on AWS. */
  readonly lastModified: number;
  /**
   * Rises with every write of any key: a later write has a greater one (hexadecimal, fixed length).
   */
  readonly sequencer: string;
  /** Headers returned with the object: `content-type`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Checksum;
  readonly parts: readonly StoredPart[];
  /** Set when the object was made by a multipart upload. */
  readonly uploadId?: string;
  /** Undefined for the null version: of a bucket without versioning, or while it is suspended. */
  readonly versionId?: string | undefined;
}

/** The version of a key that says that it was deleted. Written only where versions are kept. */
export interface DeleteMarker
  extends Pick<ObjectRecord, 'key' | 'lastModified' | 'sequencer' | 'versionId'> {
  readonly isDeleteMarker: true;
}

/** What a key was at a time. */
export type Version = ObjectRecord | DeleteMarker;

/** Whether a bucket keeps the versions of its keys; once it has, it can only be suspended. */
export type Versioning = 'Enabled' | 'Suspended';

/** An object ready to be committed. */
export type ObjectDraft = Omit<ObjectRecord, 'sequencer' | 'lastModified' | 'versionId'>;

/** What the store keeps of a multipart upload, as JSON; its parts lie beside it. */
export interface UploadRecord {
  readonly uploadId: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  /** Access key that created the upload. */
  readonly initiator: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the client chose none: then it becomes CRC64NVME over the full object. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };
  /** The key was written or deleted since the upload was created. */
  readonly overtaken: boolean;
}

/** An upload under way. */
export interface Upload {
  record: UploadRecord;
  readonly parts: Map<number, StoredPart>;
}

/** A bucket with everything known of it. */
export interface Bucket {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Undefined in a bucket that never kept versions. */
  versioning: Versioning | undefined;
  /** What the keys are now; a key that was deleted is not among them. */
  readonly objects: KeyIndex<ObjectRecord>;
  /** The versions of a key that are no such object, newest first; keys without any are left out. */
  readonly history: KeyIndex<readonly Version[]>;
  readonly uploads: Map<string, Upload>;
}
