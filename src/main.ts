#!/usr/bin/env node
// Checked before anything is imported: an older node would only say that there is no `node:sqlite`.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`rgtp-nntp needs Node.js 24 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  // Left alone, Node answers this signal, which scripts that rotate logs like to send, with a debugger that everybody on the
  // machine can use.
  process.on('SIGUSR1', () => {});
  const [{ enableCompileCache }, { fileURLToPath }, { setFlagsFromString }, { loosenHeap }] = await Promise.all([
    import('node:module'),
    import('node:url'),
    import('node:v8'),
    import('./cli/heap.ts'),
  ]);
  loosenHeap();
  // Left alone, V8 lets the young generation grow while it marks the heap, and then moves all of it at once: 8 to 15 ms in
  // which nobody is answered.
  setFlagsFromString('--no-separate-gc-phases');
  // Left alone, V8 learns while the article memory fills that articles live long, and from then on makes each where old
  // objects are: those that nobody keeps are found dead only when the whole heap is marked.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // Compiled code is trusted like the program itself: it is kept beside it, or where the service manager says, where
  // nobody else can write. If neither is possible, nothing is kept, and starting takes twice as long.
  enableCompileCache(
    process.env['NODE_COMPILE_CACHE'] ??
      process.env['CACHE_DIRECTORY'] ??
      fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
  );
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}

export {};
