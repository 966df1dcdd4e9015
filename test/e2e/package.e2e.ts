import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { until } from './until.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

// npm's own `node` may be older than the one the package needs.
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  npm_config_update_notifier: 'false',
};

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env, encoding: 'utf8' });
}

describe('the packed package', () => {
  it('runs in an empty folder: npx rgtp-nntp', async () => {
    npm(root, 'pack', '--pack-destination', folder);
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    npm(empty, 'install', '--prefer-offline', join(folder, tarball));
    expect(readdirSync(join(empty, 'node_modules')), 'no tools for developers').not.toContain('typescript');
    expect(npm(empty, 'exec', '--offline', '--', 'rgtp-nntp', '--version')).toMatch(
      /^rgtp-nntp \d+\.\d+\.\d+ \(build [0-9a-f]{10}, node 2\d\./,
    );

    const settings = {
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'off',
      RGTP_NNTP_HTTP_LISTEN: 'off',
    };
    const child = spawn(join(empty, 'node_modules', '.bin', 'rgtp-nntp'), ['serve'], {
      cwd: empty,
      env: { ...env, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      const port = () => Number(/127\.0\.0\.1 port (\d+)/.exec(output)?.[1]);
      await until(
        async () => port() > 0,
        () => `the packed server to say where it listens:\n${output}`,
      );
      const client = await NntpClient.connect(port());
      expect(await client.ask('GROUP groggs.gossip')).toBe('211 1 2 2 groggs.gossip');
      client.quit();
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = await ended;
    expect(code).toBe(0);
  });
});
