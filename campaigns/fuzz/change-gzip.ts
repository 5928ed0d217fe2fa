import { gunzipSync, gzipSync } from 'node:zlib';
import { changeBytes } from './change-bytes.ts';
import { changeText } from './change-text.ts';
import { type Change, type ChangeContext, concat } from './changes.ts';

function unzip(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch {
    return undefined;
  }
}

function zip(text: Uint8Array, { random, log }: ChangeContext): Uint8Array {
  const level = random.pick([0, 1, 9]);
  if (random.chance(0.8)) return gzipSync(text, { level });
  const cut = random.integer(0, text.length);
  log.push(`two members, cut at ${cut}`);
  return concat(gzipSync(text.subarray(0, cut), { level }), gzipSync(text.subarray(cut)));
}

/** One change of a text in gzip: mostly of the text, sometimes of the container. */
export const changeGzip: Change = (bytes, context) => {
  const text = context.random.chance(0.3) ? undefined : unzip(bytes);
  if (text === undefined) return changeBytes(bytes, context);
  return zip(changeText(text, context), context);
};
