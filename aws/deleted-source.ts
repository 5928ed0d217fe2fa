import { SourceNotFoundError } from '#core/errors.ts';

/** An object, and the version of it that is asked for. */
export interface NamedSource {
  readonly uri: string;
  /** @default the newest */
  readonly versionId?: string | undefined;
}

/** Says of an answer that what was asked for is a delete marker. */
const MARKER = 'x-amz-delete-marker';

function isMarker(error: unknown): boolean {
  const { $response } = error as {
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return $response?.headers?.[MARKER] === 'true';
}

/** The error for a source that is a delete marker; undefined for any other error of the SDK. */
export function deletedSource(
  error: unknown,
  { uri, versionId }: NamedSource,
): SourceNotFoundError | undefined {
  if (!isMarker(error)) return undefined;
  const sentence =
    versionId === undefined
      ? `${uri} was deleted: its newest version is a delete marker; remove the marker, or name a version in source.versionId`
      : `version ${versionId} of ${uri} is a delete marker, which has no bytes; name another version in source.versionId`;
  return new SourceNotFoundError(sentence, { cause: error });
}
