#!/usr/bin/env node
// Asked before anything is imported: an older node would only say that it knows no `node:sqlite`.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`rgtp-nntp needs Node.js 24 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  const [{ enableCompileCache }, { fileURLToPath }, { setFlagsFromString }] = await Promise.all([
    import('node:module'),
    import('node:url'),
    import('node:v8'),
  ]);
  // Left alone, V8 lets the heap grow to a multiple of what is in use, and keeps what that took: after the first reading of a
  // million posts, 170 MB.
  setFlagsFromString('--heap-growing-percent=25');
  // Compiled code is as trusted as the program: it is kept beside it, or where the service's manager says, and nowhere that
  // others can write. Where that is not possible, nothing is kept, and a start takes twice as long.
  enableCompileCache(
    process.env['NODE_COMPILE_CACHE'] ??
      process.env['CACHE_DIRECTORY'] ??
      fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
  );
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}

export {};
