// Puts the tested versions of all dependencies into the package: npm installs what npm-shrinkwrap.json says. It is the
// lockfile without what only development needs. `--remove` takes it away again. Plain JavaScript: npm pack runs it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const file = new URL('../npm-shrinkwrap.json', import.meta.url);
if (process.argv.includes('--remove')) rmSync(file, { force: true });
else {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    if (dev || devOptional) delete lock.packages[path];
  }
  delete lock.packages[''].devDependencies;
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}
