import { basename } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
import { combineCrc32, crc32Hex } from '#core/checksum/crc32.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { listTableObjects } from '#core/tables/order/list-table-objects.ts';
import { crc32Of } from './read-blocks.ts';
import { UPLOADS, uploadFile } from './upload-source.ts';

interface TableFile {
  readonly pin: SourcePin;
  readonly crc: number;
}

/** Where a table is uploaded to. */
interface UploadPlace {
  readonly bucket: string;
  readonly folder?: string;
}

/** The name of a file in the bucket: below its folder as it was, so that its keys say the same. */
function nameOf({ pin }: TableFile, uri: string): string {
  return isFolderUri(uri) ? pin.uri.slice(uri.length) : basename(pin.uri);
}

/**
 * Uploads a file of a table, or all files below a folder under the names that they have there,
 * unless they are in the bucket already. Their folder is named by their CRC-32 and size, so that
 * two files of the same name have different keys. Reads each file twice.
 *
 * @returns its S3 URI.
 */
export async function uploadTable(
  client: S3Client,
  uri: string,
  store: ObjectStore,
  { bucket, folder = UPLOADS }: UploadPlace,
): Promise<string> {
  const files: TableFile[] = [];
  for await (const pin of listTableObjects(store, [uri], () => {})) {
    files.push({ pin, crc: await crc32Of(store.open(pin)) });
  }
  const size = files.reduce((sum, { pin }) => sum + pin.size, 0);
  const crc = files.reduce((all, file) => combineCrc32(all, file.crc, file.pin.size), 0);
  const place = `${folder}/${basename(uri)}/${crc32Hex(crc)}-${size}/`;
  for (const file of files) {
    const key = `${place}${nameOf(file, uri)}`;
    await uploadFile(client, store.open(file.pin), { bucket, key, crc: file.crc });
  }
  const name = isFolderUri(uri) ? '' : nameOf(files[0]!, uri);
  return `s3://${bucket}/${place}${name}`;
}
