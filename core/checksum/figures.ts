/** What identifies bytes without holding them. */
export interface Figures {
  /** Length. */
  readonly bytes: number;
  readonly crc32: number;
}
