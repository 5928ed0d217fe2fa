import { join, relative } from 'node:path';
import { flightsDemo } from './flights.ts';
import { glossesDemo } from './glosses.ts';

const FOLDER = relative(process.cwd(), join(import.meta.dirname, '..', '.demo')) || '.';

await glossesDemo(FOLDER);
await flightsDemo(FOLDER);
