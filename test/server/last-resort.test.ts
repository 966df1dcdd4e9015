import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const source = join(import.meta.dirname, '..', '..', 'src');

function run(body: string) {
  const script = `
    import { logStrays } from '${source}/server/last-resort.ts';
    import { openLog } from '${source}/ops/log.ts';
    logStrays(openLog({ level: 'info', format: 'json' }));
    ${body}
    // Later than it would have ended.
    setImmediate(() => setImmediate(() => { console.log('alive'); process.exit(0); }));`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

it('an unhandled rejection is logged, and the server goes on', () => {
  const { status, stdout, stderr } = run("Promise.reject(new Error('stray'));");
  expect(JSON.parse(stderr)).toMatchObject({ level: 'error', err: { message: 'stray' } });
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'alive\n' });
});

it('an uncaught exception is logged, and ends it', () => {
  const { status, stdout, stderr } = run("setImmediate(() => { throw new Error('broken'); });");
  expect(JSON.parse(stderr)).toMatchObject({ level: 'error', err: { message: 'broken' } });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});
