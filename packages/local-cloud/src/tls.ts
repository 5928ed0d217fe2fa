import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
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

/** A certificate that ends within thirty days is replaced at a start. */
const MIN_VALIDITY_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;

const filesIn = (directory: string) => ({
  caFile: join(directory, 'ca.pem'),
  keyFile: join(directory, 'key.pem'),
});

/**
 * Makes a certificate for `localhost` and `127.0.0.1`, valid for a year, and writes it to
 * `<directory>/ca.pem`, its key to `key.pem` beside it, readable by this user alone.
 *
 * It signs itself rather than being issued by an authority: strict clients (Python 3.13 and later)
 * ask issued certificates for a key identifier that `selfsigned` cannot write.
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
  const { caFile, keyFile } = filesIn(directory);
  await mkdir(directory, { recursive: true });
  await writeFile(keyFile, key, { mode: 0o600 });
  await writeFile(caFile, cert);
  return { key, cert, caFile };
}

/**
 * Whether key and certificate belong together and stay valid for some weeks. They do not belong
 * together when a process was killed between the two writes.
 */
function isUsable({ key, cert }: LocalCertificate): boolean {
  const parsed = new X509Certificate(cert);
  const isPair = parsed.checkPrivateKey(createPrivateKey(key));
  return isPair && parsed.validToDate.getTime() - Date.now() > MIN_VALIDITY_MILLISECONDS;
}

/**
 * The certificate that {@link createCertificate} made here before, if it is still valid; else a new
 * one.
 */
export async function keepCertificate(directory: string): Promise<LocalCertificate> {
  const { caFile, keyFile } = filesIn(directory);
  try {
    const [key, cert] = [await readFile(keyFile, 'utf8'), await readFile(caFile, 'utf8')];
    const kept = { key, cert, caFile };
    if (isUsable(kept)) return kept;
  } catch {
    // There is none yet, or only a part of it was written: a new one is made.
  }
  return await createCertificate(directory);
}
