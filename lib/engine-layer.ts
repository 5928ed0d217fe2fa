import { existsSync } from 'node:fs';
import { layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';
import { Size } from 'aws-cdk-lib';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * `/tmp` of a function with the engine: the text of a file of 512 MiB of Parquet, what the engine
 * spills, and the file. All that Lambda gives costs 1 % of the function.
 */
export const ENGINE_STORAGE: Size = Size.gibibytes(10);

/** The engine for the functions that load it, as `npm ci` fetched it by the lock of the layer. */
export class EngineLayer extends LayerVersion {
  /** @throws {Error} the layer was not fetched. */
  constructor(scope: Construct, id: string, directory = layerDirectory()) {
    if (!existsSync(directory)) {
      throw new Error(
        'the layer of the engine is not there, so nothing can be deployed: run npm ci',
      );
    }
    super(scope, id, {
      description: 'DuckDB for the functions that read and write tables',
      code: Code.fromAsset(directory),
      compatibleArchitectures: [Architecture.ARM_64],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
    });
  }
}
