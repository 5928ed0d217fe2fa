import { GZIP_HEADER } from './gzip-frame.ts';

/** A stored block without content: not the last one, of length 0, and its complement. */
const EMPTY_BLOCK = Uint8Array.of(0, 0, 0, 0xff, 0xff);

/**
 * Makes a gzip member at least as long as `least`: empty stored blocks stand between its header and
 * its first block, which begin at whole bytes. Every reader passes them over, and the content is
 * the same. A member that is long enough is returned as it is.
 *
 * @param member its header has no optional fields.
 * @see https://www.rfc-editor.org/rfc/rfc1951 3.2.4
 */
export function lengthenMember(member: Uint8Array, least: number): Uint8Array {
  if (member.length >= least) return member;
  const blocks = Math.ceil((least - member.length) / EMPTY_BLOCK.length);
  const longer = new Uint8Array(member.length + blocks * EMPTY_BLOCK.length);
  const end = GZIP_HEADER.length + blocks * EMPTY_BLOCK.length;
  longer.set(member.subarray(0, GZIP_HEADER.length));
  longer.set(EMPTY_BLOCK, GZIP_HEADER.length);
  for (let at = GZIP_HEADER.length + EMPTY_BLOCK.length; at < end; ) {
    const written = at - GZIP_HEADER.length;
    const more = Math.min(written, end - at);
    longer.copyWithin(at, GZIP_HEADER.length, GZIP_HEADER.length + more);
    at += more;
  }
  longer.set(member.subarray(GZIP_HEADER.length), end);
  return longer;
}
