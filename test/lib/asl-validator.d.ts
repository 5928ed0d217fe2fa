declare module 'asl-validator' {
  /** Checks a definition; ships without types of its own. */
  export default function validate(definition: unknown): { readonly errors: readonly unknown[] };
}
