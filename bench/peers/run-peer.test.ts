import { describe, expect, test } from 'vitest';
import { type Peer, runPeer } from './run-peer.ts';

const TASK = { source: 'matrix.npz', out: 'out.csv', seconds: 1 };

/**
 * A process that can write at most `most` rows. It doubles its rows from 16 to 256, or measures
 * those that it is asked for.
 */
function peerWithRoom(most: number, howItFails: string): Peer {
  const script = `
    const [source, out, seconds, asked] = process.argv.slice(1);
    if ([source, out, seconds].join() !== '${TASK.source},${TASK.out},${TASK.seconds}') process.exit(3);
    const fail = () => { ${howItFails} };
    let rows = Number(asked ?? 16);
    for (; asked === undefined && rows <= 256; rows *= 2) {
      console.log('tries ' + rows);
      if (rows > ${most}) fail();
    }
    if (rows > ${most}) fail();
    console.log(JSON.stringify({ rows, seconds: [1], prepareSeconds: [0], peakRssBytes: 1, versions: {} }));`;
  return { name: 'doubling', command: [process.execPath, '-e', script] };
}

const RAISES = 'console.error("MemoryError: 888 MiB"); process.exit(1)';

describe('runPeer', () => {
  test('gives what a peer reports that can write all', async () => {
    const report = await runPeer(peerWithRoom(1000, RAISES), TASK);
    expect(report).toMatchObject({ rows: 512, seconds: [1] });
    expect(report.limit).toBeUndefined();
  });

  test.each([
    [RAISES, 'exit code 1: MemoryError: 888 MiB'],
    ['process.abort()', /^SIGABRT/],
    ['process.kill(process.pid, "SIGKILL")', /^killed: took more than 65 s, or too much memory$/],
  ])('measures the most rows that worked before one failed by %s', async (howItFails, failure) => {
    const { rows, limit } = await runPeer(peerWithRoom(100, howItFails), TASK);
    expect(rows).toBe(64);
    expect(limit).toEqual({ rows: 128, failure: expect.stringMatching(failure) });
  });

  test('measures fewer rows yet where those that worked do not again', async () => {
    const worksTwice = 'if (asked !== undefined || rows > 100) { fail0(); }';
    const peer = peerWithRoom(20, `const fail0 = () => { ${RAISES} }; ${worksTwice}`);
    expect(await runPeer(peer, TASK)).toMatchObject({ rows: 16, limit: { rows: 128 } });
  });

  test('fails with the reason where not even the first rows worked', async () => {
    await expect(runPeer(peerWithRoom(15, RAISES), TASK)).rejects.toThrow('MemoryError: 888 MiB');
  });
});
