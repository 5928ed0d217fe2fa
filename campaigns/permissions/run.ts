/**
 * `npm run campaign -- permissions`: finds out which scenario needs which permission of the
 * template.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { postgresSecrets } from '#cli/options/postgres-option.ts';
import { loginOf } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { synthesizeFull } from './assembly.ts';
import { type Attempt, attempt, ScenarioBroke } from './attempt.ts';
import { ABSENT_SERVICES, EXEMPTIONS, exemptionOf, mustBeNamed } from './aws-only.ts';
import { type Grant, grantsOf } from './grants.ts';
import { SCENARIOS } from './scenarios.ts';

/** Local clouds at once: each has a few processes that mostly wait for each other. */
const CONCURRENCY = 3;

interface Finding {
  readonly grant: Grant;
  readonly attempt: Attempt;
  /** What is wrong; undefined when all is well. */
  readonly problem: string | undefined;
}

function problemOf(grant: Grant, { scenario, failure, seen }: Attempt): string | undefined {
  const exemption = exemptionOf(grant);
  if (exemption !== undefined) {
    return scenario && `is said to be needed by AWS alone, but "${scenario}" needs it`;
  }
  if (scenario === undefined) return 'is unneeded: no scenario fails without it';
  if (seen === undefined) return `was not what failed: ${failure}`;
  if (seen === 'run' || !mustBeNamed(grant)) return undefined;
  return `is not named by the execution: ${failure}`;
}

const NOT_TRIED: Attempt = {
  scenario: undefined,
  failure: '',
  denial: undefined,
  seen: undefined,
};

function sentenceOf({ grant: { role, action, resource }, attempt: made, problem }: Finding) {
  return `PROBLEM ${role} ${action} ${resource} ${problem} ${made.denial ?? ''}`;
}

/** Grants between two lines of progress. */
const PROGRESS_GRANTS = 20;

/** Shows on standard error how far it is, and each problem as soon as it is found. */
function progressOf(count: number): (finding: Finding) => void {
  let done = 0;
  return (finding) => {
    done += 1;
    if (finding.problem !== undefined) console.error(sentenceOf(finding));
    if (done % PROGRESS_GRANTS === 0) console.error(`${done} of ${count} grants`);
  };
}

/**
 * @param isAsked which grants are tried.
 * @throws {ScenarioBroke} that of the first scenario that broke; no other is begun after it.
 */
async function findAll(
  outdir: string,
  isAsked: (grant: Grant) => boolean,
): Promise<readonly Finding[]> {
  const template = await synthesizeFull(outdir);
  await using server = await PostgresServer.start();
  const login = { secret: JSON.stringify(loginOf(server)), tls: false };
  const secrets = postgresSecrets({ main: login });
  const findings: Finding[] = [];
  const grants = grantsOf(template).filter(isAsked);
  const found = progressOf(grants.length);
  const queue = grants.entries();
  let broke: ScenarioBroke | undefined;
  const work = async () => {
    for (const [position, grant] of queue) {
      if (broke !== undefined) return;
      const made = ABSENT_SERVICES.test(grant.action)
        ? NOT_TRIED
        : await attempt(grant, { outdir, template, secrets }, SCENARIOS);
      const finding = { grant, attempt: made, problem: problemOf(grant, made) };
      findings[position] = finding;
      found(finding);
    }
  };
  const watched = () =>
    work().catch((error) => {
      if (!(error instanceof ScenarioBroke)) throw error;
      broke ??= error;
    });
  await Promise.all(Array.from({ length: CONCURRENCY }, watched));
  if (broke !== undefined) throw broke;
  return findings;
}

const WIDTHS = [36, 24, 50];

function row(...cells: readonly string[]): string {
  return cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('  ');
}

function neededRows(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ attempt: { seen } }) => seen !== undefined)
    .map(({ grant: { role, action, resource }, attempt: { scenario = '' } }) =>
      row(role, action, resource, scenario),
    );
}

/** Grants that no scenario needs, below the reason why the template has them. */
function exemptRows(findings: readonly Finding[]): readonly string[] {
  return EXEMPTIONS.flatMap((exemption) => [
    `\n${exemption.why}:`,
    ...findings
      .filter(({ grant }) => exemptionOf(grant) === exemption)
      .map(({ grant: { role, action, resource } }) => row(role, action, resource)),
  ]);
}

function staleExemptions(findings: readonly Finding[]): readonly string[] {
  const used = new Set(findings.map(({ grant }) => exemptionOf(grant)));
  return EXEMPTIONS.filter((exemption) => !used.has(exemption)).map(
    ({ role, actions }) => `no grant fits ${role} ${actions} any more`,
  );
}

/** @returns whether there is no problem. */
function printFindings(findings: readonly Finding[], stale: readonly string[]): boolean {
  const problems = findings.filter(({ problem }) => problem !== undefined).length + stale.length;
  const needed = neededRows(findings);
  const lines = [
    row('ROLE', 'ACTION', 'RESOURCE', 'WITHOUT IT THIS FAILS'),
    ...needed,
    ...exemptRows(findings),
    `\n${findings.length} grants: ${needed.length} needed by a scenario, ${findings.length - needed.length} not; ${problems} problems`,
  ];
  console.log(lines.join('\n'));
  for (const problem of stale) console.error(`PROBLEM ${problem}`);
  return problems === 0;
}

const { only } = new Command('npm run campaign -- permissions')
  .description('take each permission away, and see which scenario fails without it')
  .option('--only <text>', 'grants that have it in their role, action or resource')
  .parse()
  .opts<{ readonly only?: string }>();
const isAsked = ({ role, action, resource }: Grant) =>
  `${role} ${action} ${resource}`.includes(only ?? '');

const outdir = await mkdtemp(join(tmpdir(), 'permissions-assembly-'));
try {
  const findings = await findAll(outdir, isAsked);
  const stale = only === undefined ? staleExemptions(findings) : [];
  process.exitCode = printFindings(findings, stale) ? 0 : 1;
} catch (error) {
  if (!(error instanceof ScenarioBroke)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(outdir, { recursive: true });
}
