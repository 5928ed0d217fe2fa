import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { FaultyRequest } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';

/** Requests to the local S3 and DynamoDB, as AWS bills them. */
export interface Calls {
  /** PUT, POST and COPY. */
  readonly puts: number;
  /** GET and HEAD. */
  readonly gets: number;
  readonly lists: number;
  readonly ledgerWrites: number;
  readonly ledgerReads: number;
  /** Invocations of functions. */
  readonly invocations: number;
}

type Billed = keyof Calls;

const DYNAMODB_READS = /Query|GetItem/;

/** How AWS bills a request; undefined for what is free. */
function billedAs({ operation, subject }: FaultyRequest): Billed | undefined {
  if (operation.startsWith('invoke ')) return 'invocations';
  if (operation.startsWith('dynamodb ')) {
    return DYNAMODB_READS.test(operation) ? 'ledgerReads' : 'ledgerWrites';
  }
  if (operation === 's3 GET') return subject.includes('list-type=2') ? 'lists' : 'gets';
  if (operation === 's3 HEAD') return 'gets';
  return operation === 's3 PUT' || operation === 's3 POST' ? 'puts' : undefined;
}

/** Counts the requests of a local cloud, and lets each of them go right. */
export class CallCounter extends FaultInjector {
  readonly #counts: Record<Billed, number> = {
    ...{ puts: 0, gets: 0, lists: 0, ledgerWrites: 0, ledgerReads: 0, invocations: 0 },
  };

  constructor() {
    super(() => undefined);
  }

  override faultOf(request: FaultyRequest): undefined {
    const billed = billedAs(request);
    if (billed !== undefined) this.#counts[billed] += 1;
    return undefined;
  }

  /** Requests so far. */
  get calls(): Calls {
    return { ...this.#counts };
  }
}
