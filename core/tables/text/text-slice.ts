/** Takes proved text; the bytes are valid until the promise is kept. */
export type WriteText = (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
