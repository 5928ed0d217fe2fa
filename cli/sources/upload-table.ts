import { basename } from 'node:path';
import { combineCrc32, crc32Hex } from '#core/checksum/crc32.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { listTableObjects } from '#core/tables/order/list-table-objects.ts';
import { crc32Of } from './read-blocks.ts';
import { assertStartsNothing, bytesShown, type UploadPlace } from './upload-place.ts';
import { uploadFile } from './upload-source.ts';

interface TableFile {
  readonly pin: SourcePin;
  readonly crc: number;
}

/** The name of a file in the bucket: below its folder as it was, so that its keys say the same. */
function nameOf({ pin }: TableFile, uri: string): string {
  return isFolderUri(uri) ? pin.uri.slice(uri.length) : basename(pin.uri);
}

/** Pins the files of a table, and computes their CRC-32. */
async function readFiles(
  place: UploadPlace,
  uri: string,
  store: ObjectStore,
): Promise<readonly TableFile[]> {
  const pins = await Array.fromAsync(listTableObjects(store, [uri], () => {}));
  const size = pins.reduce((sum, pin) => sum + pin.size, 0);
  const onRead = bytesShown(place, `reading ${basename(uri)}`, size);
  const files: TableFile[] = [];
  for (const pin of pins) files.push({ pin, crc: await crc32Of(store.open(pin), onRead) });
  return files;
}

/**
 * Uploads a file of a table, or all files below a folder under the names that they have there,
 * unless they are in the bucket already. Their folder is named by their CRC-32 and size, so that
 * two files of the same name have different keys. Reads each file twice.
 *
 * @returns its S3 URI.
 * @throws {UsageError} a key would start a run.
 */
export async function uploadTable(
  place: UploadPlace,
  uri: string,
  store: ObjectStore,
): Promise<string> {
  const files = await readFiles(place, uri, store);
  const size = files.reduce((sum, { pin }) => sum + pin.size, 0);
  const crc = files.reduce((all, file) => combineCrc32(all, file.crc, file.pin.size), 0);
  const folder = `${place.folder}/${basename(uri)}/${crc32Hex(crc)}-${size}/`;
  const sent = files.map((file) => ({
    ...{ source: store.open(file.pin), crc: file.crc },
    key: `${folder}${nameOf(file, uri)}`,
  }));
  for (const { key } of sent) assertStartsNothing(place, key);
  const onSent = bytesShown(place, `uploading ${basename(uri)}`, size);
  for (const file of sent) await uploadFile(place, file, onSent);
  const name = isFolderUri(uri) ? '' : nameOf(files[0]!, uri);
  return `s3://${place.bucket}/${folder}${name}`;
}
