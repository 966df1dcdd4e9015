// Makes dist/, what the packed package and the container run: JavaScript (node strips no types under
// node_modules), and the commit it was made from. Plain JavaScript: it runs on whatever node npm runs on.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, 'node_modules', '.bin', 'tsc');
execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
// The types of what other programs import, with their comments.
execFileSync(tsc, ['-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
chmodSync(join(dist, 'main.js'), 0o755);

// A container is built without the repository: there the commit comes as a build argument.
const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
const commit = process.env.BUILD_COMMIT || (git.status === 0 ? git.stdout.trim() : 'unknown');
writeFileSync(join(dist, 'build.json'), `${JSON.stringify({ commit })}\n`);
