import { fetchLayer } from '@sparse-fanout/engine/fetch-layer.ts';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';
import { Size } from 'aws-cdk-lib';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * `/tmp` of a function with the engine: the text of a file of 512 MiB of Parquet, what the engine
 * spills, and the file. All that Lambda gives costs 1 % of the function.
 */
export const ENGINE_STORAGE: Size = Size.gibibytes(10);

/**
 * The engine for the functions that load it. `npm ci` fetches it in a clone, the first synthesis
 * elsewhere: by the digests of the layer's lock.
 */
export class EngineLayer extends LayerVersion {
  /** @throws {Error} the layer is not there, and npm cannot fetch it. */
  constructor(scope: Construct, id: string, directory = layerDirectory(), env = process.env) {
    fetchLayer(directory, env);
    super(scope, id, {
      description: 'DuckDB for the functions that read and write tables',
      code: Code.fromAsset(directory),
      compatibleArchitectures: [Architecture.ARM_64],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
    });
  }
}
