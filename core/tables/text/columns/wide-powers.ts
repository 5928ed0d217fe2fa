/** The power of ten as the 128 bits from its highest one on; below 1 rounded up, else down. */
function widePower(exponent: number): bigint {
  const five = 5n ** BigInt(Math.abs(exponent));
  const bits = five.toString(2).length;
  if (exponent >= 0) return bits <= 128 ? five << BigInt(128 - bits) : five >> BigInt(bits - 128);
  // 128 bits of the quotient, whose divisor is no power of two.
  return (1n << BigInt(bits + 127)) / five + 1n;
}

/** Powers of ten from `least` on, the upper half of each before the lower one. */
export function widePowers(least: number, count: number): BigUint64Array<ArrayBuffer> {
  const halves = Array.from({ length: count }, (_, k) => widePower(least + k)).flatMap((wide) => [
    wide >> 64n,
    wide & 0xffff_ffff_ffff_ffffn,
  ]);
  return BigUint64Array.from(halves);
}
