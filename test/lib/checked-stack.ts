import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { SparseFanoutStack, type SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';
import { testApp } from '#support/synthesize.ts';

/** The stack in an app that is checked as bin/app.ts checks it. */
export function checkedStack(props: SparseFanoutStackProps) {
  const app = testApp();
  const stack = new SparseFanoutStack(app, 'SparseFanout', props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { app, stack };
}
