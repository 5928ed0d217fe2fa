import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellLines } from '#cli/local/client-variables.ts';

function inShell(lines: string, expression: string): string {
  const env = { AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'old' };
  return execFileSync('/bin/sh', ['-c', `${lines}\nprintf %s "${expression}"`], {
    env,
    encoding: 'utf8',
  });
}

it('sets variables to exactly their values, whatever a path holds', () => {
  const path = `/home/it's "mine"/$HOME/a b.pem`;
  expect(inShell(shellLines({ AWS_CA_BUNDLE: path }), '$AWS_CA_BUNDLE')).toBe(path);
});

it('unsets the profile and session that would be used instead of the local keys', () => {
  expect(inShell(shellLines({}), '<$AWS_PROFILE$AWS_SESSION_TOKEN>')).toBe('<>');
});
