import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** So that the functions that reach databases are there. */
const DATABASES = JSON.stringify({ main: { secretName: 'main' } });

/** So that the template says which asset each function has. */
const NAMED = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

interface Resource {
  readonly Metadata?: { readonly 'aws:cdk:path'?: string; readonly 'aws:asset:path'?: string };
}

/** `PlanTable` of `SparseFanout/Fanout/Functions/PlanTable/Function/Resource`. */
const STEP = /\/Functions\/(\w+)\/Function\/Resource$/;

/** Name of a step's folder below `lambdas/`. */
function folderOf(step: string): string {
  return step.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Synthesizes the stack of the clone, which bundles its functions. */
function synthesize(root: string, assembly: string): Readonly<Record<string, Resource>> {
  const { context } = JSON.parse(readFileSync(path.join(root, 'cdk.json'), 'utf8'));
  const CDK_CONTEXT_JSON = JSON.stringify({ ...context, ...NAMED, postgres: DATABASES });
  const env = { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON };
  const app = path.join(root, 'bin/local-app.ts');
  const { status, stderr } = spawnSync(process.execPath, [app], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the stack cannot be synthesized: ${stderr}`);
  const template = readFileSync(path.join(assembly, 'SparseFanout.template.json'), 'utf8');
  return JSON.parse(template).Resources;
}

/**
 * Bundles the functions of all steps, by what a deployment of the clone does, so that their bytes
 * and the names of their assets are the same.
 *
 * @param assembly a folder beside those of the clone: the source maps have paths from there.
 * @returns the folders of the steps.
 */
export function bundleSteps(root: string, assembly: string, directory: string): readonly string[] {
  const folders: string[] = [];
  for (const { Metadata } of Object.values(synthesize(root, assembly))) {
    const [, step] = STEP.exec(Metadata?.['aws:cdk:path'] ?? '') ?? [];
    const asset = Metadata?.['aws:asset:path'];
    if (step === undefined || asset === undefined) continue;
    cpSync(path.join(assembly, asset), path.join(directory, folderOf(step)), { recursive: true });
    folders.push(folderOf(step));
  }
  return folders.sort();
}
