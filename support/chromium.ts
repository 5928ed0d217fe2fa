import { existsSync } from 'node:fs';
import axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** Where Debian installs it; `CHROMIUM` names another one. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether this machine has a Chromium. */
export const hasChromium = existsSync(CHROMIUM);

/** How a page looked in a browser. */
export interface Loaded {
  readonly page: Page;
  /** URLs of all that the browser asked for, but what lies in the page itself. */
  readonly requests: readonly string[];
  /** What the page printed, or threw. */
  readonly complaints: readonly string[];
  /** Until all of it was loaded. */
  readonly milliseconds: number;
}

/** What axe-core found to be hard to use, one line each. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated, because the policy of our pages lets no script be added.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await checker.run();
    return violations.map(({ id, nodes }) => [id, nodes.length, nodes[0]?.html ?? ''] as const);
  });
  return found.map(([id, nodes, html]) => `${id}, ${nodes} times, such as ${html.slice(0, 200)}`);
}

/** A real Chromium without a window. */
export class Chromium {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Chromium> {
    // Its sandbox does not work for root, as which containers run tests.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new Chromium(await puppeteer.launch({ executablePath: CHROMIUM, args }));
  }

  /** Loads a page in a tab of its own. */
  async load(url: string, scheme: 'light' | 'dark' = 'light'): Promise<Loaded> {
    const page = await this.#browser.newPage();
    await page.setViewport({ width: 920, height: 1_000 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) requests.push(request.url());
    });
    page.on('console', (message) => void complaints.push(message.text()));
    page.on('pageerror', (error) => void complaints.push(String(error)));
    const begun = performance.now();
    await page.goto(url, { waitUntil: 'load' });
    return { page, requests, complaints, milliseconds: performance.now() - begun };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
