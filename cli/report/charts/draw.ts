import type * as Plot from '@observablehq/plot';

/** Drawn as one SVG. */
type PlotOptions = Plot.PlotOptions;

/** What a mark of a chart gives. */
type Drawn = ReturnType<Plot.RenderFunction>;

/** Draws charts without a browser. */
export interface Artist {
  readonly plot: typeof Plot;
  /** @returns the SVG of a chart: our own texts and numbers alone. */
  draw(options: PlotOptions): string;
  /** Makes an SVG path of some class. */
  path(className: string, d: string, opacity?: number): Drawn | null;
}

/** Width and height of a chart, CSS pixels. */
const CHART = { width: 720, height: 220, marginLeft: 64, marginRight: 16 } as const;

const SVG = 'http://www.w3.org/2000/svg';

/** Groups of Plot name themselves, which no group without a role may. */
const LABELS = / aria-(?:label|description)="[^"]*"/g;

/** Rules of Plot, the same in each chart; those that count are in ours. */
const RULES = /<style>.*?<\/style>/gs;

/** Digits that no eye sees. */
const LONG_NUMBERS = /(\d\.\d{2})\d+/g;

/** Loads the libraries, which takes about a second. Only what draws needs them. */
export async function createArtist(): Promise<Artist> {
  const plot = await import('@observablehq/plot');
  const { parseHTML } = await import('linkedom');
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return {
    plot,
    draw(options) {
      const svg = plot.plot({ document, ...CHART, ...options });
      return svg.outerHTML
        .replaceAll(RULES, '')
        .replaceAll(LABELS, '')
        .replaceAll(LONG_NUMBERS, '$1');
    },
    path(className, d, opacity) {
      if (d === '') return null;
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', className);
      path.setAttribute('d', d);
      if (opacity !== undefined) path.setAttribute('fill-opacity', String(opacity));
      return path as Drawn;
    },
  };
}
