import { expect, test } from 'vitest';
import { type SignatureRules, verifySignature } from '#local/sigv4.ts';
import { identifyTester, TESTER } from '#local/testing/s3-client.ts';
import { createSigner } from './s3/raw-request.ts';

const BODY = '{"a":1}';
const SIGNED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

const RULES: SignatureRules = {
  identify: identifyTester,
  region: 'us-east-1',
  service: 's3',
  now: () => new Date(SIGNED_AT),
};

/** Headers as a client signs them. */
async function sign(): Promise<Record<string, string>> {
  const message = {
    ...{ method: 'POST', protocol: 'https:', hostname: 'localhost', path: '/', body: BODY },
    headers: { host: 'localhost:1' },
  };
  return (await createSigner().sign(message, { signingDate: new Date(SIGNED_AT) })).headers;
}

const verify = (headers: Record<string, string>, rules: Partial<SignatureRules> = {}) =>
  verifySignature({ headers, body: Buffer.from(BODY) }, { ...RULES, ...rules });

test('gives the access key of a request that is signed as it should be', async () => {
  expect(verify(await sign())).toBe(TESTER.accessKeyId);
});

const minutesLater = (minutes: number) => ({ now: () => new Date(SIGNED_AT + minutes * 60_000) });

test.each([
  ['for another service', { service: 'states' }, 'should be scoped to us-east-1/states'],
  ['for another region', { region: 'eu-west-1' }, 'should be scoped to eu-west-1/s3'],
  ['16 minutes ago', minutesLater(16), 'Signature expired'],
  ['16 minutes ahead', minutesLater(-16), 'Signature expired'],
])('fails when it is signed %s', async (_, rules, message) => {
  const headers = await sign();
  expect(() => verify(headers, rules)).toThrow(
    expect.objectContaining({
      name: 'InvalidSignatureException',
      message: expect.stringContaining(message),
    }),
  );
});

test('fails for another day than that of its scope', async () => {
  const headers = await sign();
  const moved = { ...headers, 'x-amz-date': '20260103T000000Z' };
  const now = () => new Date(Date.UTC(2026, 0, 3));
  expect(() => verify(moved, { now })).toThrow('should be scoped');
});

test.each([
  ['is not signed', { authorization: undefined }, 'MissingAuthenticationTokenException'],
  ['says half of it', { authorization: 'AWS4-HMAC-SHA256 x' }, 'IncompleteSignatureException'],
  ['has no date', { 'x-amz-date': undefined }, 'IncompleteSignatureException'],
])('fails by AWS name when a request %s', async (_, changed, name) => {
  const headers = { ...(await sign()), ...changed };
  expect(() => verifySignature({ headers, body: Buffer.from(BODY) }, RULES)).toThrow(
    expect.objectContaining({ name }),
  );
});

test('takes the path of a request as services other than S3 escape it', async () => {
  const path = '/2015-03-31/functions/arn%3Aaws%3Alambda%3Af/invocations';
  const signer = createSigner(true);
  const message = {
    ...{ method: 'POST', protocol: 'https:', hostname: 'localhost', path, body: BODY },
    headers: { host: 'localhost:1' },
  };
  const { headers } = await signer.sign(message, { signingDate: new Date(SIGNED_AT) });
  const request = { headers, body: Buffer.from(BODY) };
  expect(verifySignature({ ...request, path }, RULES)).toBe(TESTER.accessKeyId);
  expect(() => verifySignature({ ...request, path: `${path}x` }, RULES)).toThrow('not match');
});
