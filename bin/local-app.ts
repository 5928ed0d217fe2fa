/** The same stack for the local cloud: without the rules of cdk-nag, which packages do not have. */
import { App } from 'aws-cdk-lib';
import { contextStack } from '#lib/context-stack.ts';

contextStack(new App());
