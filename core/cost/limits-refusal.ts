import { type BindingLimit, bindingAdvice } from './binding-limit.ts';
import { billedSize, dollars } from './cost-text.ts';
import type { SecondsBand } from './forecast-seconds.ts';
import type { Prices } from './prices/price-file.ts';
import { secondsText } from './seconds-text.ts';

/** What a request allows a run to take. */
export interface RunLimits {
  /** Bytes that it stores. */
  readonly outputBytes: number;
  /** Dollars that writing it costs. @default any */
  readonly maxCostUsd?: number | undefined;
  /** Minutes from the start of the execution to its end. @default any */
  readonly maxMinutes?: number | undefined;
}

/** What a run is expected to take. */
export interface ForecastRun {
  readonly storedBytes: number;
  readonly usd: { readonly total: number };
  readonly storageUsdPerMonth: number;
  readonly seconds: SecondsBand;
  readonly binds: BindingLimit;
  readonly prices: Prices;
}

/** One of the limits, against what is expected. */
interface Compared {
  readonly name: keyof RunLimits;
  /** Where the limit is given: a flag of the command line, if any, and a field of the request. */
  readonly place: string;
  readonly expected: number;
  readonly allowed: number;
  /** As a sentence has it: what is expected, and what is allowed. */
  readonly does: string;
  readonly most: string;
  readonly knob: string;
}

const MINUTE = 60;

const SMALLER = 'gzip (output.compression) stores a fraction of that, where consumers read it';

const CHEAPER = 'gzip (output.compression) and larger chunks (chunking) cost less';

function compared(expected: ForecastRun, limits: RunLimits): readonly Compared[] {
  const { storedBytes, usd, seconds, binds } = expected;
  const { outputBytes, maxCostUsd, maxMinutes } = limits;
  const all: (Omit<Compared, 'allowed'> & { readonly allowed: number | undefined })[] = [
    {
      ...{
        name: 'outputBytes',
        place: 'limits.outputBytes',
        expected: storedBytes,
        allowed: outputBytes,
      },
      ...{ does: `store about ${billedSize(storedBytes)}`, most: billedSize(outputBytes) },
      knob: SMALLER,
    },
    {
      ...{ name: 'maxCostUsd', place: '--max-cost, limits.maxCostUsd' },
      ...{ expected: usd.total, allowed: maxCostUsd },
      ...{ does: `cost about ${dollars(usd.total)}`, most: dollars(maxCostUsd ?? 0) },
      knob: CHEAPER,
    },
    {
      ...{ name: 'maxMinutes', place: '--max-minutes, limits.maxMinutes' },
      ...{ expected: seconds.p95 / MINUTE, allowed: maxMinutes },
      does: `take up to ${secondsText(seconds.p95)}`,
      ...{ most: `${maxMinutes} min`, knob: `what binds it: ${bindingAdvice(binds)}` },
    },
  ];
  return all.map((one) => ({ ...one, allowed: one.allowed ?? Number.POSITIVE_INFINITY }));
}

/** A round number somewhat above what is expected. */
function roomFor(expected: number): number {
  const unit = 10 ** (Math.floor(Math.log10(expected)) - 1);
  return Number((Math.ceil((expected * 1.05) / unit) * unit).toPrecision(3));
}

/**
 * Why a run is refused that would take more than its request allows: what passes its limits, all
 * else that it is expected to take, what is allowed, what helps, and the line that allows it.
 *
 * @returns undefined if it keeps all limits.
 */
export function limitsRefusal(expected: ForecastRun, limits: RunLimits): string | undefined {
  const all = compared(expected, limits);
  const passed = all.filter((one) => one.expected > one.allowed);
  if (passed.length === 0) return undefined;
  const passedFirst = [...passed, ...all.filter((one) => !passed.includes(one))];
  const said = passedFirst.map(({ place, does, most, allowed }) =>
    Number.isFinite(allowed) ? `${does}, allowed are ${most} (${place})` : does,
  );
  const { region, date } = expected.prices;
  const keep = `keeping it costs ${dollars(expected.storageUsdPerMonth)} a month (list prices of ${region}, ${date})`;
  const knobs = passed.map(({ knob }) => knob).join('; ');
  const lines = passed.map((one) => `"${one.name}": ${roomFor(one.expected)}`).join(', ');
  return `the run would ${said.join('; ')}; ${keep}. ${knobs}; if it is meant, start it with "limits": { ${lines} }`;
}
