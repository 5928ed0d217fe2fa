import * as z from 'zod/mini';

const reportedChunk = z.object({
  index: z.number(),
  status: z.string(),
  tries: z.number(),
  error: z.nullable(z.object({ name: z.string(), message: z.string() })),
  reproduce: z.nullable(z.string()),
});

const reportedFailures = z.object({
  runId: z.nullable(z.string()),
  stoppedAt: z.string(),
  status: z.string(),
  redrive: z.string(),
  failedChunks: z.number(),
  runningChunks: z.number(),
  unlistedChunks: z.number(),
  chunks: z.array(reportedChunk),
});

/** What `failures.json` says of the last execution that failed. */
export type ReportedFailures = Readonly<z.infer<typeof reportedFailures>>;

/** Reads the text of `failures.json`; undefined where it is something else. */
export function parseReportedFailures(text: string): ReportedFailures | undefined {
  try {
    return reportedFailures.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
