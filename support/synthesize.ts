import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { SparseFanout, type SparseFanoutProps } from '#lib/sparse-fanout.ts';
import { readable, resolved } from './readable-template.ts';

/** Resources of a template by logical id. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
>;

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));

/** An app with the feature flags of cdk.json that leaves the functions' code unbundled. */
export function testApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  return new App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
}

/** The template of a stack that holds one SparseFanout; settings may need the stack. */
export function templateOf(
  settings: (stack: Construct) => SparseFanoutProps = () => ({}),
): Template {
  const stack = new Stack(testApp(), 'Test');
  new SparseFanout(stack, 'Fanout', settings(stack));
  return Template.fromStack(stack);
}

/** Resources of one type, their ids without the hashes that the CDK adds. */
export function resourcesOf(template: Template, type: string): Resources {
  const found = Object.entries(template.findResources(type));
  return Object.fromEntries(found.map(([id, resource]) => [readable(id), resource])) as Resources;
}

/** The definition of the state machine, as Step Functions would read it. */
export function definitionOf(template: Template): unknown {
  const [machine] = Object.values(resourcesOf(template, 'AWS::StepFunctions::StateMachine'));
  return JSON.parse(String(resolved(machine?.Properties['DefinitionString'])));
}

/** Statements of every role, one line each: `action, action on resource, resource`. */
export function statementsByRole(template: Template): Readonly<Record<string, readonly string[]>> {
  const roles: Record<string, string[]> = {};
  for (const id of Object.keys(resourcesOf(template, 'AWS::IAM::Role'))) roles[id] = [];
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Policy'))) {
    const { Roles, PolicyDocument } = resolved(Properties) as {
      readonly Roles: readonly string[];
      readonly PolicyDocument: { readonly Statement: readonly Record<string, unknown>[] };
    };
    const lines = PolicyDocument.Statement.map(({ Effect, Action, Resource, ...rest }) => {
      const more = Object.keys(rest).length > 0 ? ` if ${JSON.stringify(rest)}` : '';
      return `${Effect} ${[Action].flat().join(', ')} on ${[Resource].flat().join(', ')}${more}`;
    });
    for (const role of Roles) roles[role.slice(1, -1)]?.push(...lines);
  }
  return roles;
}
