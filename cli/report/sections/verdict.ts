import { html, type Markup } from '#cli/html/markup.ts';
import { type ChunkFigures, chunkFigures } from '#cli/report/run-figures.ts';
import { type RunRecord, type RunState, stateOf } from '#cli/report/run-record.ts';
import { count, moment } from '#cli/report/texts.ts';
import { causeSentence } from '#core/failure/cause-sentence.ts';

const WORDS: Readonly<Record<RunState, string>> = {
  complete: 'Complete',
  running: 'Running',
  failed: 'Failed',
  incomplete: 'Not complete',
};

/** How a run stands, in one word. */
export function stateWord(record: RunRecord): string {
  return WORDS[stateOf(record)];
}

function doneText({ done }: ChunkFigures, planned: number | undefined): string {
  const of = planned === undefined ? '' : ` of ${count(planned)}`;
  return `Chunks done: ${count(done)}${of}`;
}

function reasonOf({ execution }: RunRecord): string {
  const cause = execution?.cause === undefined ? '' : causeSentence(execution.cause);
  const reason = [execution?.error, cause].filter((part) => part !== undefined && part !== '');
  const sentence = reason.length === 0 ? 'no reason was given' : reason.join(': ');
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Why a run stands as it does, in one sentence. */
export function verdictSentence(record: RunRecord): string {
  const { manifest, planned, audit } = record;
  const figures = chunkFigures(audit);
  const done = doneText(figures, planned);
  switch (stateOf(record)) {
    case 'complete': {
      const { rows, crc32, isOwn } = manifest!;
      const what = isOwn ? 'The output' : 'The output with the generations before';
      return `${what} has ${count(rows)} rows, each once and in order; the CRC-32 of all of its content is ${crc32}.`;
    }
    case 'running':
      return `${done}, under way: ${count(figures.running)}.`;
    case 'failed':
      return `The execution ended ${record.execution!.status}: ${reasonOf(record)} ${done}; these stay.`;
    case 'incomplete':
      return `There is no manifest, and no execution is at work on it. ${done}; these stay.`;
  }
}

/** Head of the report: how the run stands, and which run it is. */
export function verdict(record: RunRecord): Markup {
  const { runId, generation, output, source, execution, starts, readMs } = record;
  const from = source === undefined ? '' : html`<dt>source</dt><dd>${source}</dd>`;
  const by =
    execution === undefined
      ? ''
      : html`<dt>execution</dt><dd>${execution.arn}${execution.redrives > 0 ? ` (redriven ${execution.redrives} times)` : ''}</dd>`;
  const first = starts === undefined ? undefined : Date.parse(starts.firstStarted);
  return html`<header>
<p class="state ${stateOf(record)}">${stateWord(record)}</p>
<h1>Run ${runId.slice(0, 8)}</h1>
<p class="lead">${verdictSentence(record)}</p>
<dl class="facts">
<dt>run</dt><dd>${runId}, generation ${generation}</dd>
${from}
<dt>output</dt><dd>${output}</dd>
${by}
<dt>first started</dt><dd>${moment(first)}</dd>
<dt>read</dt><dd>${moment(readMs)}</dd>
</dl>
</header>`;
}
