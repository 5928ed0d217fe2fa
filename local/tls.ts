import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** What servers need to speak HTTPS, and what clients need to trust them. */
export interface LocalCertificate {
  /** Private key, PEM. */
  readonly key: string;
  /** Certificate, PEM; it signs itself, so it is also what clients trust. */
  readonly cert: string;
  /** File holding {@link cert}: for `NODE_EXTRA_CA_CERTS` and `AWS_CA_BUNDLE`. */
  readonly caFile: string;
}

/**
 * Makes a certificate for `localhost` and `127.0.0.1`, valid for a year, and writes it to `<directory>/ca.pem`.
 * The key stays in memory.
 *
 * It signs itself rather than being issued by an authority: strict clients (Python 3.13 and later) ask issued
 * certificates for a key identifier that `selfsigned` cannot write.
 */
export async function createCertificate(directory: string): Promise<LocalCertificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const caFile = join(directory, 'ca.pem');
  await mkdir(directory, { recursive: true });
  await writeFile(caFile, cert);
  return { key, cert, caFile };
}
