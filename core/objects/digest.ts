const BYTES = 16;

/** First 128 bits of SHA-256 over a text, as 32 hexadecimal digits. */
export async function digest128(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest, 0, BYTES).toString('hex');
}
