/** No run or execution has the name that was given; exit code 2. */
export class RunNotFound extends Error {
  override readonly name = 'RunNotFound';
}
