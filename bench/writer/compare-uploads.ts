import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Goal, type Measure, ratioMeasure } from '#bench/encode/goals.ts';
import { median, speedRatio } from '#bench/encode/measure.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { LocalStack } from '#support/local-stack.ts';
import type { SenderTask, UploadTurn } from './sender.ts';
import { PARTS } from './upload-turn.ts';

const SENDER = fileURLToPath(new URL('sender.ts', import.meta.url));

const TURNS = 25;

const GOAL: Goal = { must: 0.85, aim: 0.95, better: 'higher' };

/** Starts a process that sends to the S3 of this process, as a writer does. */
async function turnsOf({ cloud }: LocalStack): Promise<UploadTurn[]> {
  const { endpoints, region, credentials, caPem, outputs } = cloud;
  const access = { endpoints, region, credentials, caPem, outputs };
  const task: SenderTask = { access, turns: TURNS };
  const child = fork(SENDER, [JSON.stringify(task)]);
  let turns: UploadTurn[] = [];
  child.on('message', (taken: UploadTurn[]) => {
    turns = taken;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || turns.length === 0) throw new Error(`the sender ended with ${code}`);
  return turns;
}

function rateMeasure(way: string, seconds: readonly number[]): Measure {
  const bytes = PARTS * PART_BYTES;
  return { data: 'upload', measure: `${way}, MB/s`, value: bytes / median(seconds) / 1e6 };
}

/**
 * A writer's upload beside bare PUTs of the same bytes to the same S3, by wall clock and by CPU
 * time of the sender.
 */
export async function compareUploads(): Promise<Measure[]> {
  const stack = await LocalStack.start();
  try {
    const turns = await turnsOf(stack);
    const timesOf = (way: keyof UploadTurn, figure: 'seconds' | 'cpuSeconds') =>
      turns.map((turn) => turn[way][figure]);
    const bare = timesOf('bare', 'seconds');
    const measuresOf = (way: 'streamed' | 'inParts', name: string) => {
      const ours = timesOf(way, 'seconds');
      const cpu = speedRatio(timesOf('bare', 'cpuSeconds'), timesOf(way, 'cpuSeconds'));
      return [
        rateMeasure(name, ours),
        ratioMeasure('upload', `${name} ÷ bare HTTPS PUT`, speedRatio(bare, ours), GOAL),
        ratioMeasure('upload', `${name}, the same by CPU time of the sender`, cpu),
      ];
    };
    return [
      rateMeasure('bare HTTPS PUT', bare),
      ...measuresOf('streamed', 'a writer that streams text'),
      ...measuresOf('inParts', 'a writer that sends gzip in parts'),
    ];
  } finally {
    await stack.close();
  }
}
