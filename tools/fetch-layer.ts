import { fetchLayer } from '@sparse-fanout/engine/fetch-layer.ts';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';

/** The root's `prepare` also runs when the repository is packed; then nobody needs the layer. */
function isPacked({ npm_command, _PACOTE_NO_PREPARE_ }: NodeJS.ProcessEnv): boolean {
  return ['pack', 'publish'].includes(npm_command ?? '') || _PACOTE_NO_PREPARE_ !== undefined;
}

if (!isPacked(process.env)) {
  try {
    fetchLayer(layerDirectory(), process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
