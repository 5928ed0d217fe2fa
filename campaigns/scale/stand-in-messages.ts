/** How many calls of each operation a stand-in answered. */
export type Calls = Readonly<Record<string, number>>;

/** What the process of the stand-ins is asked for. */
export type StandInRequest =
  /** From now on the chunks lie in the bucket. */
  | { readonly kind: 'written' }
  /** Sends the calls since the last time. */
  | { readonly kind: 'calls' };

/** What the process of the stand-ins says. */
export type StandInReport =
  | { readonly kind: 'ready'; readonly s3: string; readonly dynamodb: string }
  | { readonly kind: 'calls'; readonly calls: Calls };

/** What the stand-ins stand in for. */
export interface StandInOptions {
  /** Where certificate and stored objects lie. */
  readonly directory: string;
  readonly chunks: number;
  /** What each LIST and each Query waits before it answers. */
  readonly listMilliseconds: number;
  readonly queryMilliseconds: number;
}
