/** An error of the Lambda service itself, named as AWS names it. */
export class LambdaException extends Error {
  override readonly name: string;

  constructor(
    name:
      | 'InvalidParameterValueException'
      | 'RequestEntityTooLargeException'
      | 'ResourceNotFoundException'
      | 'ServiceException'
      | 'TooManyRequestsException',
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}
