/** `npm run campaign -- matrices`: compares the fast encoders with the simple one. */
import { crc32, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { combineCrc32 } from '#core/checksum/crc32.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type CsvEncoderOptions, createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import {
  canDeflateDirectly,
  createDirectGzipEncoder,
} from '#core/outputs/csv/gzip/direct-gzip-encoder.ts';
import { createTextGzipEncoder } from '#core/outputs/csv/gzip/text-gzip-encoder.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { createWasmCsvEncoder } from '#core/outputs/csv/wasm/wasm-csv-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, type Matrix, matrices } from '#support/arbitrary-matrix.ts';

/** Matrices of every dtype and dialect. */
const MATRICES = 25_000;
const PART_BYTES = 64 * 1024;

const kernel = new Kernel({ count: 1, bytes: PART_BYTES });

type Create<E extends ChunkEncoder> = (options: CsvEncoderOptions) => E;

/**
 * Encodes slices through one buffer; `end` is what comes after them. CRC-32 is the encoder's own,
 * where it counts it.
 */
function encode<E extends ChunkEncoder>(
  { options }: Matrix,
  slices: readonly CsrSlice[],
  create: Create<E>,
  end: (encoder: E) => Generator<Uint8Array, void, Uint8Array>[],
): { readonly bytes: Buffer; readonly crc32: number; readonly encoder: E } {
  const buffer = kernel.buffers[0]!;
  const encoder = create({ ...options, buffer });
  const parts: Buffer[] = [];
  let crc = 0;
  const add = (part: Uint8Array) => {
    parts.push(Buffer.from(part));
    crc = combineCrc32(crc, encoder.partCrc32 ?? 0, part.length);
  };
  const drain = (generator: Generator<Uint8Array, void, Uint8Array>) => {
    for (let step = generator.next(); step.done !== true; step = generator.next(buffer)) {
      add(step.value);
    }
  };
  for (const slice of slices) drain(encoder.encode(slice));
  for (const generator of end(encoder)) drain(generator);
  add(encoder.finish());
  return { bytes: Buffer.concat(parts), crc32: crc, encoder };
}

function assertSame(matrix: Matrix, cuts: readonly number[]): boolean {
  const slices = cutSlice(matrix.slice, cuts);
  const { bytes: text } = encode(matrix, [matrix.slice], createCsvEncoder, () => []);
  const fast = encode(
    matrix,
    slices,
    (options) => createWasmCsvEncoder(kernel, { ...options, countsCrc: true }),
    () => [],
  );
  if (!fast.bytes.equals(text)) return false;
  // Without columns there are only line ends, and no cells whose CRC-32 could be computed.
  if (matrix.options.columns > 0 && fast.crc32 !== crc32(text)) return false;
  const createGzip = canDeflateDirectly(matrix.options)
    ? createDirectGzipEncoder
    : createTextGzipEncoder;
  const gzip = encode(
    matrix,
    slices,
    (options) => createGzip(kernel, options),
    (encoder) => [encoder.end()],
  );
  return gunzipSync(gzip.bytes).equals(text) && gzip.encoder.content.crc32 === crc32(text);
}

await fc.assert(fc.property(matrices, fc.array(fc.nat(12), { maxLength: 4 }), assertSame), {
  numRuns: MATRICES,
});
process.stdout.write(
  `${MATRICES} random matrices: text, its CRC-32 and gzip equal those of the simple encoder\n`,
);
