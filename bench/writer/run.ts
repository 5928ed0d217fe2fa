import { cpus } from 'node:os';
import { COMPRESSIONS } from '#core/encode/compression.ts';
import { LocalStack } from '#test/support/local-stack.ts';
import { describeWriter, runOneWriter } from './one-writer.ts';
import { uploadRates } from './raw-put.ts';

/** Goal for the whole process of one writer, whatever the chunk's rows and columns, bytes. */
const MAX_RSS_BYTES = 160e6;

/** Goal for a writer's upload beside bare PUTs of the same bytes to the same server. */
const MIN_UPLOAD_RATIO = 0.85;

/** Plain text of 1, 5 and 20 GB: about five minutes in all on two quiet cores, and 25 GB of disk. */
const COLUMNS = [10_000, 50_000, 200_000];

const REPETITIONS = 5;
const PARTS = 30;

async function compareUploads(): Promise<void> {
  const stack = await LocalStack.start();
  const ratios: number[] = [];
  try {
    for (let i = 0; i < REPETITIONS; i += 1) {
      const { bare, ours } = await uploadRates(stack, String(i), PARTS);
      ratios.push(ours / bare);
      console.log(
        `upload ${i}: ours ${(ours / 1e6).toFixed(0)} MB/s, bare PUT ${(bare / 1e6).toFixed(0)} MB/s`,
      );
    }
  } finally {
    await stack.close();
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(REPETITIONS / 2)]!;
  const isEnough = median >= MIN_UPLOAD_RATIO;
  console.log(
    `upload ÷ bare PUT to the same server, median ${median.toFixed(2)} (must ${MIN_UPLOAD_RATIO}): ${isEnough ? 'ok' : 'TOO SLOW'}`,
  );
  if (!isEnough) process.exitCode = 1;
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
await compareUploads();
for (const columns of COLUMNS) {
  for (const compression of COMPRESSIONS) {
    const [line, fits] = describeWriter(await runOneWriter(columns, compression), MAX_RSS_BYTES);
    console.log(line);
    if (!fits) process.exitCode = 1;
  }
}
