import { UsageError } from '#cli/frame/usage-error.ts';
import type { GivenRequest, RequestFields } from './request-file.ts';

/** The request with its inbox, as the stack takes it. */
export function inboxRequestOf({ fields, inbox }: GivenRequest): RequestFields {
  return { ...fields, source: { ...fields.source, inbox } };
}

/** @throws {UsageError} a request has an inbox, which no files on this machine are. */
export function assertNoInbox({ inbox }: GivenRequest): void {
  if (inbox === undefined) return;
  throw new UsageError(
    'the request has source.inbox, which takes in what arrives in a bucket; start it in the cloud of local up, or name the files',
  );
}
