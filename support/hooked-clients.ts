import type { Clients } from './local-services.ts';

/** One request of a process, as its clients send it; the SDK's own repetitions are requests too. */
export interface Call {
  /** Such as `PutObject` or `UpdateItem`. */
  readonly name: string;
  /** Key of the object or of the first one, prefix of the list, or sort key of the item. */
  readonly subject: string;
  /** How many writes the process has sent before this one; undefined for a read. */
  readonly write: number | undefined;
}

/** Decides what happens to a request. */
export type Hook = (call: Call, send: () => Promise<unknown>) => Promise<unknown>;

const WRITES = new Set([
  'PutObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'DeleteObjects',
  'PutItem',
  'UpdateItem',
]);

/** The fields of inputs that name an object, a list or an item. */
interface Named {
  readonly Key?: string | { readonly sk?: { readonly S: string } };
  readonly Prefix?: string;
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string }[] };
  readonly Item?: { readonly sk: { readonly S: string } };
}

function subjectOf(input: unknown): string {
  const { Key, Prefix, Item, Delete } = input as Named;
  if (typeof Key === 'string') return Key;
  return Prefix ?? Delete?.Objects?.[0]?.Key ?? Key?.sk?.S ?? Item?.sk.S ?? '';
}

/** Puts a hook around every request of a process. */
export function hookClients({ s3, dynamo }: Clients, hook: Hook): void {
  let writes = 0;
  const wrap = (
    context: { readonly commandName?: string },
    input: unknown,
    send: () => Promise<unknown>,
  ) => {
    const name = (context.commandName ?? '').replace(/Command$/, '');
    const write = WRITES.has(name) ? writes : undefined;
    if (write !== undefined) writes += 1;
    return hook({ name, subject: subjectOf(input), write }, send);
  };
  const place = { step: 'deserialize', name: 'hook', priority: 'high' } as const;
  s3.middlewareStack.add(
    (next, context) => async (args) =>
      (await wrap(context, args.input, () => next(args))) as Awaited<ReturnType<typeof next>>,
    place,
  );
  dynamo.middlewareStack.add(
    (next, context) => async (args) =>
      (await wrap(context, args.input, () => next(args))) as Awaited<ReturnType<typeof next>>,
    place,
  );
}
