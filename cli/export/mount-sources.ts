import { basename, resolve } from 'node:path';
import { labelPlace, withLabelPlace } from '#cli/options/label-place.ts';
import { type GivenRequest, type RequestFields, requestOf } from '#cli/options/request-file.ts';
import { pinFile } from '#cli/sources/file-source.ts';
import { asUri, isS3Uri } from '#cli/sources/location.ts';
import { SOURCE_BUCKET } from '#cli/sources/own-places.ts';
import type { FolderMount } from './folder-mounts.ts';

/** A request whose files and folders have S3 URIs, and what these stand for. */
export interface MountedRequest {
  readonly request: RequestFields;
  readonly mounts: readonly FolderMount[];
}

/** A file or folder by a name that has no path of this machine. */
function mountOf(uri: string, place: string): FolderMount {
  const isFolder = uri.endsWith('/');
  const prefix = `${place}/${basename(uri)}${isFolder ? '/' : ''}`;
  return { bucket: SOURCE_BUCKET, prefix, path: `${resolve(uri)}${isFolder ? '/' : ''}` };
}

/**
 * Gives the files and folders of a request S3 URIs, as its steps know only these: the same for the
 * same names, so that the same request is the same run.
 *
 * @throws {SourceNotFoundError} a file does not exist, or cannot be read.
 */
export async function mountSources(given: GivenRequest): Promise<MountedRequest> {
  const mounts: FolderMount[] = [];
  const uriOf = async (location: string, place: string) => {
    const uri = await asUri(location);
    if (isS3Uri(uri)) return uri;
    if (!uri.endsWith('/')) await pinFile(uri);
    const mount = mountOf(uri, place);
    mounts.push(mount);
    return `s3://${mount.bucket}/${mount.prefix}`;
  };
  const uris = await Promise.all(given.locations.map((each, place) => uriOf(each, `${place}`)));
  const { columnNames, ...source } = given.fields.source;
  const names = typeof columnNames === 'string' ? await uriOf(columnNames, 'names') : columnNames;
  const read = { ...source, ...(names !== undefined && { columnNames: names }) };
  const labels = labelPlace(given.fields);
  const fields =
    labels === undefined
      ? given.fields
      : withLabelPlace(given.fields, await uriOf(labels, 'labels'));
  return {
    request: requestOf({ ...given, fields: { ...fields, source: read } }, uris),
    mounts,
  };
}
