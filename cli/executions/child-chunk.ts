/** Number of the chunk in the input of a Map's child; null where it says none. */
export function chunkOf(input: string | undefined): number | null {
  const parsed: unknown = JSON.parse(input ?? 'null');
  const { chunk } = (parsed ?? {}) as { readonly chunk?: { readonly index?: unknown } };
  return typeof chunk?.index === 'number' ? chunk.index : null;
}
