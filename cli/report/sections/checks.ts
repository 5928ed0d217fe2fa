import { html, type Markup } from '#cli/html/markup.ts';
import { auditHoles } from '#cli/report/audit-holes.ts';
import { chunkFigures, tryFigures } from '#cli/report/run-figures.ts';
import { type RunRecord, stateOf } from '#cli/report/run-record.ts';
import { count } from '#cli/report/texts.ts';
import type { UsedCost } from '#cli/report/used-cost.ts';

/**
 * What is checked of a run, worded to read right after yes and no, and whether it holds; undefined
 * where that is not known.
 */
interface Check {
  readonly holds: boolean | undefined;
  readonly text: string;
}

function manifestChecks(record: RunRecord): readonly Check[] {
  const { manifest, planned, audit } = record;
  const { done, bytes } = chunkFigures(audit);
  if (manifest === undefined) {
    const holds = stateOf(record) === 'running' ? undefined : false;
    const yet = holds === undefined ? 'none yet' : 'none';
    return [{ holds, text: `Manifest, by which Finalize proves every chunk: ${yet}.` }];
  }
  const { crc32, isOwn } = manifest;
  const proved = `Manifest: Finalize has proved every chunk, and CRC-32 ${crc32}.`;
  const own: readonly Check[] = isOwn
    ? [
        {
          holds: bytes === manifest.bytes,
          text: `Bytes of all objects: ${count(bytes)} in the ledger, ${count(manifest.bytes)} in the manifest.`,
        },
      ]
    : [];
  const all = `Chunks done in the ledger: ${count(done)} of ${count(planned)}.`;
  return [
    { holds: true, text: proved },
    { holds: planned === undefined ? undefined : done === planned, text: all },
    ...own,
  ];
}

function memoryCheck({ audit }: RunRecord, { memoryMiB }: UsedCost): Check {
  const { peakMiB } = tryFigures(audit);
  const holds = Number.isNaN(peakMiB) ? undefined : peakMiB < memoryMiB;
  return {
    holds,
    text: `Memory of the writers: ${count(peakMiB)} of ${count(memoryMiB)} MiB at most.`,
  };
}

const MARKS = { true: 'yes', false: 'no', undefined: 'not known' } as const;

function line({ holds, text }: Check): Markup {
  return html`<li><b class="mark ${MARKS[`${holds}`].replace(' ', '-')}">${MARKS[`${holds}`]}</b> ${text}</li>`;
}

/** What was checked of a run, and what its audit trail lacks. */
export function checks(record: RunRecord, used: UsedCost): Markup {
  const isRunning = stateOf(record) === 'running';
  const holes = auditHoles(record.audit, { planned: record.planned, isRunning });
  // Of a run that is under way nobody knows yet whether a try ends.
  const holds = isRunning ? undefined : holes.length === 0;
  const trail = { holds, text: 'Audit trail: every try and its end.' };
  const all = [...manifestChecks(record), memoryCheck(record, used), trail];
  const lacks = [...holes, ...record.unread];
  const missing =
    lacks.length === 0
      ? ''
      : html`<h3>What is missing here</h3><ul class="holes">${lacks.map((text) => html`<li>${text}</li>`)}</ul>`;
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
<ul class="checks">${all.map(line)}</ul>${missing}</section>`;
}
