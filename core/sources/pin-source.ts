import { digest128 } from '#core/objects/digest.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { SourceAddress } from './list-units.ts';

/**
 * The version of a whole source: that of its only object, or a digest of the pins of all objects.
 *
 * @param units what was found at the address, in order.
 */
export async function pinUnits(
  { uris }: SourceAddress,
  units: readonly SourceUnit[],
): Promise<SourcePin> {
  const objects = units.flatMap((unit) => unit.objects);
  const [only] = objects;
  if (only !== undefined && objects.length === 1) return only;
  const versions = objects.map(({ uri, etag, versionId }) => ({ uri, etag, versionId }));
  return {
    uri: uris[0]!,
    etag: await digest128(JSON.stringify(versions)),
    versionId: null,
    size: objects.reduce((sum, { size }) => sum + size, 0),
  };
}
