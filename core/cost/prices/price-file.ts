import * as z from 'zod/mini';

const ALLOWED = {
  region: 'the name of a Region, such as us-east-1',
  date: 'the day on which the prices were read, such as 2026-11-29',
  currency: 'USD',
  price: 'dollars a unit, above 0 and below 100',
};

const price = z
  .number({ error: ALLOWED.price })
  .check(z.positive(ALLOWED.price), z.lt(100, ALLOWED.price));

/**
 * AWS's list prices for Lambda on ARM, Step Functions Standard, S3 Standard, DynamoDB on demand and
 * CloudWatch Logs, in dollars a unit; GB are 10^9 bytes, but 2^30 of Lambda's memory. AWS publishes
 * them without credentials, one file per service and Region.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
 */
const priceFile = z.strictObject({
  region: z
    .string({ error: ALLOWED.region })
    .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: ALLOWED.region })),
  date: z.iso.date({ error: ALLOWED.date }),
  currency: z.literal('USD', { error: ALLOWED.currency }),
  lambdaGbSecond: price,
  lambdaRequest: price,
  stateTransition: price,
  s3Put: price,
  s3Get: price,
  s3List: price,
  s3GbMonth: price,
  dynamoDbWrite: price,
  dynamoDbRead: price,
  logsGb: price,
});

export type Prices = Readonly<z.infer<typeof priceFile>>;

/** A file of prices is not one. */
export class PriceFileError extends Error {
  override readonly name = 'PriceFileError';
}

/**
 * Checks a file of prices.
 *
 * @param name of the file in messages.
 * @throws {PriceFileError} it is no JSON, or lacks a price; says what is allowed.
 */
export function parsePrices(text: string, name: string): Prices {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new PriceFileError(
      `${name} is no JSON file of prices (${(cause as Error).message}); the command prices writes one`,
      { cause },
    );
  }
  const parsed = priceFile.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') || 'its content';
  throw new PriceFileError(
    `${name} is no file of prices: ${at} must be ${issue?.message}; the command prices writes one`,
  );
}
