import { constants, gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { listObjects } from '#aws/objects.ts';
import { html, type Markup } from '#cli/html/markup.ts';
import { pageText } from '#cli/html/page.ts';
import { grid } from '#cli/report/sections/tables.ts';
import { size } from '#cli/report/texts.ts';
import { objectPath, type PagePlace } from './page-place.ts';

/** Objects that are listed. */
const MOST_OBJECTS = 300;

/** Bytes of an object that are read for its first rows. */
const HEAD_BYTES = 64 * 1024;

/** Rows that are shown. */
const ROWS = 20;

/** Characters of a row that are shown. */
const ROW_CHARACTERS = 400;

/** The objects below a prefix of the output bucket. */
export async function objectsPage(
  { s3, outputBucket }: PagePlace,
  prefix: string,
): Promise<string> {
  const lines: (string | Markup)[][] = [];
  let isCut = false;
  for await (const { key, size: bytes } of listObjects(s3, outputBucket, prefix)) {
    isCut = lines.length === MOST_OBJECTS;
    if (isCut) break;
    const name = key.slice(prefix.length);
    lines.push([html`<a href="${objectPath(key)}">${name}</a>`, size(bytes)]);
  }
  const list =
    lines.length === 0 ? html`<p>There is no object.</p>` : grid(['object', 'size'], lines);
  const cut = isCut ? html`<p>These are the first ${MOST_OBJECTS}.</p>` : '';
  const body = html`<p><a href="/">Executions</a></p>
<h1>Objects</h1><p class="lead">s3://${outputBucket}/${prefix}</p>${list}${cut}`;
  return pageText({ title: `Objects below ${prefix}, local cloud`, body });
}

const GZIP = [0x1f, 0x8b] as const;

/** The begin of what an object holds, inflated where it is gzip. */
function contentOf(head: Uint8Array): Uint8Array {
  if (head[0] !== GZIP[0] || head[1] !== GZIP[1]) return head;
  return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** The first rows of a text; undefined of anything else. */
function rowsOf(content: Uint8Array): readonly string[] | undefined {
  if (content.subarray(0, HEAD_BYTES).includes(0)) return undefined;
  const text = new TextDecoder().decode(content.subarray(0, HEAD_BYTES));
  return text
    .split('\n')
    .slice(0, ROWS)
    .map((row) => (row.length > ROW_CHARACTERS ? `${row.slice(0, ROW_CHARACTERS)}…` : row));
}

/** The begin of an object of the output bucket; undefined where there is none. */
async function headOf({ s3, outputBucket }: PagePlace, key: string) {
  const command = new GetObjectCommand({
    ...{ Bucket: outputBucket, Key: key, Range: `bytes=0-${HEAD_BYTES - 1}` },
  });
  try {
    const { Body } = await s3.send(command);
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'InvalidRange') return new Uint8Array();
    if (error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** The first rows of an object of the output bucket; undefined where there is none. */
export async function objectPage(place: PagePlace, key: string): Promise<string | undefined> {
  const head = await headOf(place, key);
  if (head === undefined) return undefined;
  const rows = rowsOf(contentOf(head));
  const shown =
    rows === undefined
      ? html`<p>It is no text. <code>docs/reading.md</code> has lines for its readers.</p>`
      : html`<pre tabindex="0"><code>${rows.map((row) => html`${row}\n`)}</code></pre>`;
  const body = html`<p><a href="/">Executions</a></p>
<h1>First rows</h1><p class="lead">s3://${place.outputBucket}/${key}</p>${shown}`;
  return pageText({ title: `${key}, local cloud`, body });
}
