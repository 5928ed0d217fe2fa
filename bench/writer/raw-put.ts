import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createCertificate } from '#local/tls.ts';

/** What one PUT sends, as a part of a chunk does. */
const BODY_BYTES = 16 * 1024 * 1024;

async function putOnce(port: number, ca: string, body: Buffer): Promise<void> {
  const headers = { 'content-length': body.length };
  const options = { host: '127.0.0.1', port, ca, method: 'PUT', path: '/raw', headers };
  await new Promise<void>((resolve, reject) => {
    const put = request(options, (response) => response.resume().on('end', resolve));
    put.on('error', reject);
    Readable.from(pieces(body), { objectMode: false }).pipe(put);
  });
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 128 * 1024) yield body.subarray(at, at + 128 * 1024);
}

/**
 * Bytes a second of bare HTTPS PUTs to a server on loopback that throws them away, both in this
 * process: what no writer can pass that shares the machine with its S3.
 */
export async function rawPutRate(directory: string, totalBytes: number): Promise<number> {
  const { key, cert } = await createCertificate(directory);
  const server = createServer({ key, cert }, (incoming, response) => {
    incoming.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const body = Buffer.alloc(BODY_BYTES, '0,');
  const startedAt = performance.now();
  for (let sent = 0; sent < totalBytes; sent += BODY_BYTES) await putOnce(port, cert, body);
  const seconds = (performance.now() - startedAt) / 1000;
  server.close();
  return totalBytes / seconds;
}
