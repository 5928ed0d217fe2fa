/** Length and CRC-32 of some bytes: enough to compare them without having them. */
export interface Figures {
  readonly bytes: number;
  readonly crc32: number;
}
