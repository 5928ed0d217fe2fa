import { describe, expect, it } from 'vitest';
import { createArtist } from '#cli/report/charts/draw.ts';
import { reportText } from '#cli/report/report-text.ts';
import { RunAudit } from '#cli/report/run-audit.ts';
import type { RunRecord } from '#cli/report/run-record.ts';
import { madeUpRecord } from '#support/made-up-run.ts';
import { patience } from '#support/patience.ts';

const artist = await createArtist();

/** What a reader sees of a page, without tags. */
function seen(page: string): string {
  return page
    .replaceAll(/<style>.*?<\/style>|<svg.*?<\/svg>|<[^>]*>/gs, ' ')
    .replaceAll(/\s+/g, ' ');
}

const HOSTILE = `</style></svg><script>alert(1)</script><img src=x onerror="alert(2)">`;

describe('reportText', () => {
  it('shows how a run that is complete went', () => {
    const record = madeUpRecord({ chunks: 200 });
    const page = reportText(artist, record);
    const text = seen(page);
    expect(text).toMatch(
      'Complete Run 9f8e7d6c The output has 10,000,000 rows, each once and in order',
    );
    expect(text).toMatch('CRC-32 of all of its content is 5d8e7553');
    expect(text).toMatch('200 of 200 planned');
    expect(text).toMatch('tries again 4 of 204; 4 failed, 0 without an end');
    expect(text).toMatch('yes Audit trail: every try and its end.');
    expect(text).toMatch(/content 107 GB 107 GB −0\.1 %/);
    expect(text).toMatch('ThrottledError S3 asked to slow down');
    expect(page.match(/<svg /g)).toHaveLength(6);
    expect(page).toMatch(/<path d="M[^"]*" class="failed"/);
  });

  it('loads nothing and runs nothing', () => {
    const page = reportText(artist, madeUpRecord({ chunks: 20 }));
    expect(page).toMatch(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;`);
    expect(page).not.toMatch(/<script|\son\w+=|javascript:|@import|url\(|<iframe|<object/i);
    expect(page).not.toMatch(/(?:src|href)="(?!data:,)/);
    expect(page).not.toMatch('http-equiv="refresh"');
  });

  it('leaves texts of others texts', () => {
    const error = { name: HOSTILE, message: HOSTILE };
    const made = madeUpRecord({ chunks: 100, error });
    const { manifest: _, ...unproved } = made;
    const record: RunRecord = {
      ...{ ...unproved, runId: HOSTILE, output: HOSTILE, source: HOSTILE, unread: [HOSTILE] },
      execution: {
        ...made.execution!,
        arn: HOSTILE,
        status: HOSTILE,
        error: HOSTILE,
        cause: HOSTILE,
      },
      failures: {
        ...{ runId: HOSTILE, stoppedAt: HOSTILE, status: HOSTILE, redrive: HOSTILE },
        ...{ failedChunks: 1, runningChunks: 0, unlistedChunks: 0 },
        chunks: [{ index: 1, status: HOSTILE, tries: 2, error, reproduce: HOSTILE }],
      },
    };
    const page = reportText(artist, record);
    expect(page).not.toMatch(/<script|<img/);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(10);
  });

  it('shows a run whose trail has holes, and says which', () => {
    const audit = new RunAudit();
    const started = '2026-11-29T10:00:00.000Z';
    audit.chunk({ index: 60, planned: '', tries: 3, status: 'failed', started });
    audit.try({ index: 60, attempt: 2, started });
    audit.try({ index: 61, attempt: 1, started: '', outcome: 'Error', message: 'no' });
    const record = madeUpRecord({ chunks: 1 });
    const { manifest: _, plan: __, starts: ___, execution: ____, ...bare } = record;
    const text = seen(
      reportText(artist, { ...bare, audit, planned: 100, unread: ['The plan is gone.'] }),
    );
    expect(text).toMatch('Not complete');
    expect(text).toMatch('What is missing here');
    expect(text).toMatch('2 tries are counted but not recorded (chunks 60)');
    expect(text).toMatch('99 of 100 planned chunks have no record');
    expect(text).toMatch('The plan is gone.');
  });

  it('shows a run that is under way, and calls nothing of it wrong', () => {
    const { manifest: _, ...made } = madeUpRecord({ chunks: 20 });
    const { audit } = made;
    const started = new Date(made.readMs - 5_000).toISOString();
    audit.chunk({ index: 20, planned: '', tries: 1, status: 'running', started });
    audit.try({ index: 20, attempt: 1, started });
    const execution = { ...made.execution!, status: 'RUNNING', stoppedMs: undefined };
    const page = reportText(artist, { ...made, execution, planned: 40 });
    expect(seen(page)).toMatch('Running Run 9f8e7d6c Chunks done: 20 of 40, under way: 1.');
    expect(page).toMatch(
      '<b class="mark not-known">not known</b> Manifest, by which Finalize proves every chunk: none yet.',
    );
    expect(page).not.toMatch('<b class="mark no">');
  });

  it('shows a run that was stopped in a local cloud in sentences that are whole and true', () => {
    const { manifest: _, ...made } = madeUpRecord({ chunks: 20 });
    const local = { arn: 'arn:aws:states:us-east-1:000000000000:execution:M:n' };
    const ended = { status: 'ABORTED', cause: 'stopped by sparse-fanout cancel' };
    const execution = { ...made.execution!, error: undefined, ...local, ...ended };
    const reported = {
      ...{ runId: '1', stoppedAt: 'then', status: 'FAILED', redrive: 'redrive' },
      ...{ failedChunks: 0, runningChunks: 1, unlistedChunks: 0 },
      chunks: [{ index: 1, status: 'running', tries: 1, error: null, reproduce: null }],
    };
    const text = seen(reportText(artist, { ...made, execution, failures: reported, planned: 40 }));
    expect(text).toMatch('stopped by sparse-fanout cancel. Chunks done: 20 of 40; these stay.');
    expect(text).toMatch('no Manifest, by which Finalize proves every chunk: none.');
    expect(text).not.toMatch('Each line below');
    expect(text).toMatch('The run was in a local cloud');
    const onAws = { ...execution, arn: local.arn.replace('000000000000', '123456789012') };
    expect(seen(reportText(artist, { ...made, execution: onAws }))).not.toMatch('a local cloud');
  });

  it('shows a run of which nothing is recorded', () => {
    const record = { ...madeUpRecord({ chunks: 1 }), audit: new RunAudit(), planned: undefined };
    const page = reportText(artist, record);
    expect(page).not.toMatch('<svg');
    expect(seen(page)).toMatch('The plan could not be read');
  });

  it('is loaded again only where that is wanted', () => {
    const page = reportText(artist, madeUpRecord({ chunks: 2 }), { refreshSeconds: 2 });
    expect(page).toMatch('<meta http-equiv="refresh" content="2">');
  });

  it.each([2_900, 100_000])('has %i chunks in 3 s and 300 kB', (chunks) => {
    const record = madeUpRecord({ chunks });
    const begun = performance.now();
    const page = reportText(artist, record);
    expect(performance.now() - begun).toBeLessThan(patience(3_000));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(300_000);
  });
});
