/** When the objects that wait in an inbox are taken in. */
export interface InboxRules {
  /** Bytes of waiting objects that make a batch. */
  readonly targetBytes: number;
  /** An object that has waited so long is taken in, with all others that wait. */
  readonly maxAgeSeconds: number;
  /** An object that has so many bytes is taken in at once. */
  readonly largeBytes: number;
}

/** A prefix whose objects are appended to an output as they arrive. */
export interface Inbox extends InboxRules {
  /** URI of a folder. */
  readonly uri: string;
}

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
};

/** What a text of {@link ageSeconds} looks like, for messages. */
export const AGE = "an age such as '90 seconds', '15 minutes', '1 hour' or '2 days'";

/** Seconds of an age, in the words of a rate of EventBridge; undefined for any other text. */
export function ageSeconds(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,8}) (second|minute|hour|day)s?$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * SECONDS[unit]!;
}
