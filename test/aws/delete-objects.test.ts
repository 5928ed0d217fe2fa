import { afterEach, describe, expect, it } from 'vitest';
import { deleteObjects } from '#aws/delete-objects.ts';
import { AccessDeniedError, ServiceUnavailableError } from '#core/errors.ts';
import { refuse, type ScriptedS3, startScriptedS3, type Turn } from '#support/scripted-s3.ts';

let server: ScriptedS3;

afterEach(() => server.close());

/** Answers that one key was not deleted. */
function keep(code: string): Turn {
  const error = `<Error><Key>out/b</Key><Code>${code}</Code><Message>no</Message></Error>`;
  return (_, response) => response.end(`<DeleteResult>${error}</DeleteResult>`);
}

async function deleteWith(turn: Turn): Promise<void> {
  server = await startScriptedS3([turn], { tries: 1 });
  await deleteObjects(server.s3, 'bucket', ['out/a', 'out/b']);
}

describe('objects', () => {
  it('are deleted by one request', async () => {
    await deleteWith((_, response) => response.end('<DeleteResult></DeleteResult>'));
    expect(server.requests).toEqual(['POST /bucket/?delete=']);
  });

  it.each([
    ['AccessDenied', AccessDeniedError, 'AccessDenied no; allow s3:DeleteObject'],
    ['InternalError', ServiceUnavailableError, 'InternalError no'],
  ])('are named when one is not deleted: %s', async (code, error, message) => {
    const deleting = deleteWith(keep(code));
    await expect(deleting).rejects.toThrow(error);
    await expect(deleting).rejects.toThrow(`s3://bucket/out/b was not deleted: ${message}`);
  });

  it('fail when the request is refused', async () => {
    const deleting = deleteWith(refuse(403, 'AccessDenied'));
    await expect(deleting).rejects.toThrow(AccessDeniedError);
    await expect(deleting).rejects.toThrow('may not delete objects of s3://bucket/');
  });
});
