/** `npm run campaign -- floats`: ten million doubles against V8's digits and Python's `repr`. */
import { spawnSync } from 'node:child_process';
import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { createWasmCsvEncoder } from '#core/outputs/csv/wasm/wasm-csv-encoder.ts';
import { createRandomBits, plainFloats, randomFloats } from '#support/random-floats.ts';
import { floatLines } from './float-lines.ts';

const BATCHES = 20;
const BATCH = 500_000;

const REPR_OF_STDIN = `
import sys, array
values = array.array('d', sys.stdin.buffer.read())
sys.stdout.write('\\n'.join(map(repr, values)) + '\\n')
`;

const kernel = new Kernel({ count: 0, bytes: 0 });

/** Python's own text, or nothing where there is no Python. */
function pythonLines(data: Float64Array): Buffer | undefined {
  const input = new Uint8Array(data.buffer);
  const { error, status, stdout, stderr } = spawnSync('python3', ['-c', REPR_OF_STDIN], {
    input,
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

function firstDifference(data: Float64Array, ours: Buffer, theirs: Buffer): string {
  const lines = theirs.toString().split('\n');
  const line = ours
    .toString()
    .split('\n')
    .findIndex((text, i) => text !== lines[i]);
  return `${data[line]?.toExponential()}: ${ours.toString().split('\n')[line]} ≠ ${lines[line]}`;
}

const bits = createRandomBits(20_261_121);
let checkedByPython = 0;
for (let batch = 0; batch < BATCHES; batch += 1) {
  const data = batch % 5 === 4 ? plainFloats(BATCH, bits) : randomFloats(BATCH, bits);
  const ours = floatLines(data, (options) => createWasmCsvEncoder(kernel, options));
  const python = pythonLines(data);
  if (python !== undefined) checkedByPython += BATCH;
  for (const theirs of [floatLines(data, createCsvEncoder), python]) {
    if (theirs === undefined || ours.equals(theirs)) continue;
    process.stdout.write(`differs: ${firstDifference(data, ours, theirs)}\n`);
    process.exitCode = 1;
  }
}
process.stdout.write(
  `${BATCHES * BATCH} doubles checked against V8, ${checkedByPython} against Python's repr\n`,
);
