import * as z from 'zod/mini';

const objectFault = z.object({ uri: z.string(), problem: z.string() });

/** An object of an inbox that a writer found to be at fault, and why. */
export type ObjectFault = Readonly<z.infer<typeof objectFault>>;

/** The line by which a writer names it. */
export function faultLine({ uri, problem }: ObjectFault): string {
  return `${JSON.stringify({ uri, problem })}\n`;
}

/** Reads such a line. */
export function parseFault(line: string): ObjectFault {
  return objectFault.parse(JSON.parse(line));
}
