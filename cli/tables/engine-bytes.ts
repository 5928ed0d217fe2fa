/** Memory of the engine, where a command looks at rows. */
export const ENGINE_BYTES = 512 * 1024 * 1024;
