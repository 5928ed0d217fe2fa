import listed from './prices.json' with { type: 'json' };

/**
 * AWS's list prices for Lambda on ARM, Step Functions Standard, S3 Standard, DynamoDB on demand and
 * CloudWatch Logs, in dollars a unit; GB are 10^9 bytes, but 2^30 of Lambda's memory. AWS publishes
 * them without credentials, one file per service and Region.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
 */
export type Prices = Readonly<Omit<typeof listed, 'region' | 'date' | 'currency'>> & {
  /** Region of the prices. */
  readonly region: string;
  /** Year and month in which they were read. */
  readonly date: string;
  readonly currency: string;
};

/** The prices of the Region and month that the file names. */
export const PRICES: Prices = listed;
