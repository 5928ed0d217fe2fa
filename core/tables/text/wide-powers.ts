/** The power of ten as the 128 bits from its highest one on; below 1 rounded up, else down. */
function widePower(exponent: number): bigint {
  const five = 5n ** BigInt(Math.abs(exponent));
  const bits = five.toString(2).length;
  if (exponent >= 0) return bits <= 128 ? five << BigInt(128 - bits) : five >> BigInt(bits - 128);
  // 128 bits of the quotient, whose divisor is no power of two.
  return (1n << BigInt(bits + 127)) / five + 1n;
}

/** Powers of ten that a kernel has room for. */
const POWERS = 128;

/** What a kernel exports that reads floating-point numbers. */
export interface PowersExports {
  readonly memory: WebAssembly.Memory;
  readonly WIDE_POWERS: WebAssembly.Global;
  readonly LEAST_POWER: WebAssembly.Global;
}

/** Stores the powers of ten in the memory of a kernel, the upper half of each before the lower. */
export function storeWidePowers({ memory, WIDE_POWERS, LEAST_POWER }: PowersExports): void {
  const halves = Array.from({ length: POWERS }, (_, k) => widePower(LEAST_POWER.value + k)).flatMap(
    (wide) => [wide >> 64n, wide & 0xffff_ffff_ffff_ffffn],
  );
  new BigUint64Array(memory.buffer, WIDE_POWERS.value, 2 * POWERS).set(halves);
}
