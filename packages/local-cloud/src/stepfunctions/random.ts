/** Draws numbers in [0, 1), as `Math.random` does; tests hand in a seeded one. */
export type Random = () => number;

/** Makes a version 4 UUID out of `random`. */
export function randomUuid(random: Random): string {
  const digit = () => Math.floor(random() * 16).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx'.replace(/[xv]/g, (place) =>
    place === 'x' ? digit() : '89ab'.charAt(Math.floor(random() * 4)),
  );
}
