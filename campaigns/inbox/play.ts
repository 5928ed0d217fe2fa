import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { startLocalServices } from '#support/local-services.ts';
import { checkDay, type DayFigures } from './check-day.ts';
import { DAY, makeDay } from './day.ts';
import { PlayedDay } from './played-day.ts';

/** The smallest files that a table may have. */
const TARGET = 16 * 1024 ** 2;

const MAX_AGE_SECONDS = 3 * 3600;

/** How much a day has, and how often its schedule ticks. */
export interface DayOptions {
  readonly seed: number;
  readonly small: number;
  readonly large: number;
  /** Bytes of the largest small object. */
  readonly smallBytes: number;
  readonly everySeconds: number;
}

/** Figures of the output, and of how it came to be. */
export interface PlayedFigures extends DayFigures {
  readonly deaths: number;
  readonly overtaken: number;
  readonly waits: number;
  /** Ticks that failed since an object was gone after it was chosen. */
  readonly lost: number;
  /** Ticks that failed since a writer found an object to have too many bad values. */
  readonly faulty: number;
  /** Ticks that failed since nothing that was due could be read. */
  readonly denied: number;
}

/** Plays a day of arrivals, and checks all that its output promises. */
export async function playDay(options: DayOptions): Promise<PlayedFigures> {
  const { seed, everySeconds, ...size } = options;
  const services = await startLocalServices();
  const { s3, bucket } = services;
  const inbox = { uri: `s3://${bucket}/in/`, targetBytes: TARGET, maxAge: '3 hours' };
  const output = { uri: `s3://${bucket}/out/`, mode: 'append', format: 'jsonl' };
  const request = {
    source: { inbox, format: 'jsonl' },
    schema: { id: 'bigint', pad: 'varchar' },
    onBadRow: 'reject',
    output: { ...output, targetFileBytes: TARGET },
  };
  try {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    const versioning = new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration });
    // Without versions an object may be gone before it is written.
    if (seed % 2 === 0) await s3.send(versioning);
    const coming = [...makeDay(seed, { ...size, largeBytes: TARGET })];
    const day = new PlayedDay(services, request, { seed, largeBytes: TARGET });
    let second = 0;
    for (; second <= DAY + MAX_AGE_SECONDS; second += everySeconds) {
      while (coming[0] !== undefined && coming[0].second <= second) {
        await day.happen(coming.shift()!);
      }
      await day.tick(second);
    }
    // What a tick left that died.
    while ((await day.tick(second, true)) !== 'waiting') second += everySeconds;
    const { deaths, overtaken, waits, lost, faulty, denied } = day;
    const rules = { targetBytes: TARGET, largeBytes: TARGET };
    return {
      ...(await checkDay(services, day, rules)),
      deaths,
      overtaken,
      waits,
      lost,
      faulty,
      denied,
    };
  } finally {
    await services.close();
  }
}
