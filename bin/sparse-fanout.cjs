#!/usr/bin/env node
'use strict';
/**
 * What `npx sparse-fanout` starts, in a clone and in an installed package. Plain JavaScript that
 * old versions of Node can read, so that they get a sentence and no syntax error.
 */
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { constants, tmpdir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const ROOT = join(__dirname, '..');
/** In a clone; run as it is, which Node can do from version 24 on. */
const SOURCE = join(ROOT, 'bin/sparse-fanout.ts');
/** In the package. */
const BUILT = join(ROOT, 'dist/bin/sparse-fanout.js');
/** Node 24 as `npm ci` installs it in a clone. */
const OWN_NODE = join(ROOT, 'node_modules/node/bin/node');
/**
 * Where Node keeps compiled code. Set before the first module, so that what is TypeScript is read
 * as it was compiled the last time. Where it cannot be written, all is compiled each time.
 */
const COMPILED = join(tmpdir(), 'node-compile-cache');

const WRONG_USAGE = 2;
const SIGNALLED = 128;

const isClone = existsSync(SOURCE);
const entry = isClone ? SOURCE : BUILT;
/** In a clone the first that runs TypeScript as ours is, else the first with all that is used. */
const oldest = isClone ? '24.0' : '22.17';
const { node: version } = process.versions;

function isNewEnough() {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Runs the command line with the Node of the clone, in whose place this process stands. */
function runWithOwnNode() {
  const child = spawn(OWN_NODE, [entry, ...process.argv.slice(2)], {
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
    stdio: 'inherit',
  });
  // The terminal sends Ctrl-C to both; the child ends when it has closed what it opened.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : SIGNALLED + constants.signals[signal];
  });
}

/** @param {string} problem what keeps it from running, and what to do. */
function refuse(problem) {
  process.stderr.write(`error: ${problem}\n`);
  process.exitCode = WRONG_USAGE;
}

function refuseNode() {
  const remedy = isClone
    ? 'run npm ci without --ignore-scripts, which installs Node 24 here, or use a newer Node'
    : 'install a newer Node';
  const where = isClone ? 'in a clone ' : '';
  refuse(
    `NodeVersion: sparse-fanout ${where}needs Node ${oldest} or later, this is ${version}; ${remedy}`,
  );
}

// npm starts scripts in the root of the clone; paths are meant from where the user is.
if (process.env.npm_lifecycle_event === 'cli' && process.env.INIT_CWD !== undefined) {
  process.chdir(process.env.INIT_CWD);
}
if (isClone && !existsSync(join(ROOT, 'node_modules'))) {
  refuse('NotInstalled: the packages of this clone are not installed; run npm ci');
} else if (isNewEnough()) {
  enableCompileCache(COMPILED);
  void import(pathToFileURL(entry).href);
} else if (isClone && existsSync(OWN_NODE)) {
  runWithOwnNode();
} else {
  refuseNode();
}
