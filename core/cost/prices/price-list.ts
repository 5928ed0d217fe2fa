import * as z from 'zod/mini';
import { PriceFileError, type Prices, parsePrices } from './price-file.ts';

/**
 * What is read of a file of the Price List: products by their SKU, and what they cost on demand.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
const offerFile = z.object({
  products: z.record(
    z.string(),
    z.object({ attributes: z.object({ usagetype: z.optional(z.string()) }) }),
  ),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({
              beginRange: z.optional(z.string()),
              pricePerUnit: z.object({ USD: z.optional(z.string()) }),
            }),
          ),
        }),
      ),
    ),
  }),
});

type OfferFile = z.infer<typeof offerFile>;

/** Where each price stands: the service's code, and the usage type without its Region. */
const PLACES: Readonly<
  Record<Exclude<keyof Prices, 'region' | 'date' | 'currency'>, readonly [string, string]>
> = {
  lambdaGbSecond: ['AWSLambda', 'Lambda-GB-Second-ARM'],
  lambdaRequest: ['AWSLambda', 'Request-ARM'],
  stateTransition: ['AmazonStates', 'StateTransition'],
  s3Put: ['AmazonS3', 'Requests-Tier1'],
  s3Get: ['AmazonS3', 'Requests-Tier2'],
  s3List: ['AmazonS3', 'Requests-Tier1'],
  s3GbMonth: ['AmazonS3', 'TimedStorage-ByteHrs'],
  dynamoDbWrite: ['AmazonDynamoDB', 'WriteRequestUnits'],
  dynamoDbRead: ['AmazonDynamoDB', 'ReadRequestUnits'],
  logsGb: ['AmazonCloudWatch', 'DataProcessing-Bytes'],
};

/** Codes of the services whose files are needed. */
export const PRICED_SERVICES: readonly string[] = [
  ...new Set(Object.values(PLACES).map(([service]) => service)),
];

/** Begin of the usage types of all Regions but us-east-1, such as `EUC1-`. */
const REGION_PREFIX = /^[A-Z]{2,4}\d?-/;

/** The first band that is not free: usage of a run is small in comparison. */
function firstPrice({ terms }: OfferFile, sku: string): number | undefined {
  const bands = Object.values(terms.OnDemand[sku] ?? {})
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .map(({ beginRange = '0', pricePerUnit }) => ({
      from: Number(beginRange),
      usd: Number(pricePerUnit.USD),
    }));
  return bands.filter(({ usd }) => usd > 0).sort((a, b) => a.from - b.from)[0]?.usd;
}

function priceIn(offer: OfferFile, usageType: string): number | undefined {
  const skus = Object.keys(offer.products).filter((sku) => {
    const given = offer.products[sku]!.attributes.usagetype ?? '';
    return given.replace(REGION_PREFIX, '') === usageType;
  });
  return skus.map((sku) => firstPrice(offer, sku)).find((price) => price !== undefined);
}

function parseOffer(text: string | undefined, service: string): OfferFile {
  try {
    return offerFile.parse(JSON.parse(text ?? 'null'));
  } catch (cause) {
    throw new PriceFileError(
      `the file of ${service} is no Price List file of one Region; read offers/v1.0/aws/${service}/current/<Region>/index.json again`,
      { cause },
    );
  }
}

/**
 * Finds the prices of a Region in AWS's Price List files, one per service.
 *
 * @param files JSON by the code of its service, of {@link PRICED_SERVICES}.
 * @param date on which they were read, such as `2026-11-29`.
 * @throws {PriceFileError} a file is none of the Price List, or lacks a price; names it.
 */
export function pricesFromLists(
  files: ReadonlyMap<string, string>,
  region: string,
  date: string,
): Prices {
  const offers = new Map(
    PRICED_SERVICES.map((service) => [service, parseOffer(files.get(service), service)]),
  );
  const found = Object.entries(PLACES).map(([name, [service, usageType]]) => {
    const price = priceIn(offers.get(service)!, usageType);
    if (price !== undefined) return [name, price];
    throw new PriceFileError(
      `the file of ${service} has no price of ${usageType}; AWS may have renamed it, so correct core/cost/prices/price-list.ts`,
    );
  });
  const prices = { region, date, currency: 'USD', ...Object.fromEntries(found) };
  return parsePrices(JSON.stringify(prices), `what was read of ${region}`);
}
