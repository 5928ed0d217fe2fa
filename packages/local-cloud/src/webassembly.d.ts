/** Memory that threads share: TypeScript has it in its library for browsers only. */
declare namespace WebAssembly {
  const Memory: new (size: {
    /** Pages of 64 KiB. */
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => { readonly buffer: SharedArrayBuffer };
}
