#!/usr/bin/env node
import { main } from '#cli/main.ts';
import { processEnvironment } from '#cli/process-environment.ts';

process.exitCode = await main(process.argv.slice(2), processEnvironment());
