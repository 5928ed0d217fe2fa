import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';

/** Which deployment a command works with. An option that was not given is absent. */
export interface DeploymentOptions {
  readonly stateMachine?: string;
  readonly stack?: string;
  readonly local?: string;
  readonly profile?: string;
  readonly region?: string;
}

/** Variables that stand for options which were not given; the first one that is set counts. */
const VARIABLES = {
  stateMachine: 'SPARSE_FANOUT_STATE_MACHINE',
  stack: 'SPARSE_FANOUT_STACK',
  local: 'SPARSE_FANOUT_LOCAL',
} as const;

/** The stack of `cdk deploy`. */
const DEFAULT_STACK = 'SparseFanout';

/** How a deployment is named. */
export type NamedDeployment =
  | { readonly kind: 'state-machine'; readonly arn: string }
  | { readonly kind: 'stack'; readonly name: string }
  | { readonly kind: 'local'; readonly directory: string };

const STATE_MACHINE_ARN = /^arn:[\w-]+:states:[\w-]+:\d*:stateMachine:[^:/]+$/;
const EXECUTION_ARN = /^(arn:[\w-]+:states:[\w-]+:\d*:)execution:([^:/]+):[^:]+$/;

/** Whether a text is the ARN of a state machine. */
export function isStateMachineArn(text: string): boolean {
  return STATE_MACHINE_ARN.test(text);
}

/** ARN of the state machine of an execution; undefined if the text is no ARN of an execution. */
export function machineOfExecution(text: string): string | undefined {
  const [, begin, machine] = EXECUTION_ARN.exec(text) ?? [];
  return begin === undefined ? undefined : `${begin}stateMachine:${machine}`;
}

/** Adds the options that find a deployment. */
export function addDeploymentOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--state-machine <arn>',
        `ARN of the state machine (or ${VARIABLES.stateMachine})`,
      ).conflicts(['stack', 'local']),
    )
    .addOption(
      new Option(
        '--stack <name>',
        `stack of the deployment (or ${VARIABLES.stack}; default: ${DEFAULT_STACK})`,
      ).conflicts(['stateMachine', 'local']),
    )
    .addOption(
      new Option(
        '--local <state directory>',
        `a running local up (or ${VARIABLES.local})`,
      ).conflicts(['stateMachine', 'stack']),
    )
    .option('--profile <name>', "profile of AWS's configuration files")
    .option('--region <name>', 'Region of the deployment');
}

function namedBy({ stateMachine, stack, local }: DeploymentOptions): NamedDeployment | undefined {
  if (stateMachine !== undefined) return { kind: 'state-machine', arn: stateMachine };
  if (stack !== undefined) return { kind: 'stack', name: stack };
  return local === undefined ? undefined : { kind: 'local', directory: local };
}

/**
 * Decides which deployment a command is about: that of an option, else that of the ARN of an
 * execution, else that of a variable, else the stack of `cdk deploy`.
 *
 * @param run what names the run, where the command has such an argument.
 */
export function namedDeployment(
  options: DeploymentOptions,
  variables: Readonly<Record<string, string | undefined>>,
  run = '',
): NamedDeployment {
  const machine = machineOfExecution(run);
  const ofRun = machine === undefined ? {} : { stateMachine: machine };
  const set = Object.entries(VARIABLES).flatMap(([option, variable]) => {
    const value = variables[variable];
    return value === undefined || value === '' ? [] : [[option, value] as const];
  });
  // Of several variables the first one counts.
  const ofVariables: DeploymentOptions = Object.fromEntries(set.slice(0, 1));
  const named = namedBy(options) ?? namedBy(ofRun) ?? namedBy(ofVariables);
  return named ?? { kind: 'stack', name: DEFAULT_STACK };
}

function wordsOf(named: NamedDeployment): readonly string[] {
  if (named.kind === 'state-machine') return ['--state-machine', named.arn];
  return named.kind === 'stack' ? ['--stack', named.name] : ['--local', named.directory];
}

/** A word of a command line, quoted where a shell needs it. */
function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The options that find a deployment again, for a line to paste; empty for the one that is found
 * without any.
 *
 * @param variables of the environment in which the line is pasted.
 */
export function deploymentWords(
  named: NamedDeployment,
  options: DeploymentOptions,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const { profile, region } = options;
  const isUsual = isDeepStrictEqual(namedDeployment({}, variables), named);
  const words = [
    ...(isUsual ? [] : wordsOf(named)),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(region === undefined ? [] : ['--region', region]),
  ];
  return words.map(shellWord).join(' ');
}
