/** A Lambda context whose function has `remainingMilliseconds` left from now on. */
export function lambdaContext(remainingMilliseconds: number) {
  const deadline = Date.now() + remainingMilliseconds;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'step',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:step',
    memoryLimitInMB: '128',
    awsRequestId: '00000000-0000-0000-0000-000000000000',
    logGroupName: 'group',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
