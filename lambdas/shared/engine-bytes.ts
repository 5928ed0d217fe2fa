const MIB = 1024 * 1024;

/**
 * Memory of the engine in a function: half of the function's. The other half is Node, and what is
 * read and sent.
 */
export function engineBytes(): number {
  return (Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '1769') * MIB) / 2;
}
