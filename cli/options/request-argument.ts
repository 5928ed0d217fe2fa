import { readFile, stat } from 'node:fs/promises';
import { isS3Uri } from '#cli/sources/location.ts';

/** A request is small: Step Functions takes 256 KiB. Whatever is larger is data. */
const MAX_REQUEST_BYTES = 2 ** 20;

/** Whether a text is a JSON object with a source. */
function isRequest(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'source' in parsed;
  } catch {
    return false;
  }
}

/**
 * The file of a request that is the only argument, where a source could stand.
 *
 * @returns undefined if it is a source.
 */
export async function requestFileOf(locations: readonly string[]): Promise<string | undefined> {
  const [file, ...others] = locations;
  if (file === undefined || others.length > 0 || isS3Uri(file)) return undefined;
  const found = await stat(file).catch(() => undefined);
  const isSmall = found?.isFile() === true && found.size <= MAX_REQUEST_BYTES;
  if (!file.endsWith('.json') || !isSmall) return undefined;
  return isRequest(await readFile(file, 'utf8')) ? file : undefined;
}
