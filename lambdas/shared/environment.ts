/**
 * Reads a variable that the stack sets on every function that needs it.
 *
 * @throws {Error} it is not set: the function was deployed without the stack.
 */
export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`environment variable ${name} is not set`);
  return value;
}
