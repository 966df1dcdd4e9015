import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { alerts, alertsFile, alertTests, panels } from '../support/prometheus-files.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { openWholeServer, people } from '../support/whole-server.ts';
import { present, unpacked } from './clients.ts';

const promtool = unpacked('usr/bin/promtool');

function run(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe.skipIf(!present('promtool', promtool))('promtool', () => {
  it('finds nothing wrong with what the server tells', async () => {
    const { certificate, key } = tlsFiles('first');
    const server = await openWholeServer({ settings: { TLS_CERTIFICATE: certificate, TLS_KEY: key } });
    onTestFinished(() => server.close());
    const client = await NntpClient.connect(server.newsPort);
    await client.ask('GROUP groggs.gossip');
    await client.ask('ARTICLE 1');
    await client.ask(`AUTHINFO USER ${people.proving[2]}`);
    await client.ask('AUTHINFO PASS wrong');
    await client.ask(`AUTHINFO USER ${people.proving[2]}`);
    expect(await client.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
    await client.ask('POST');
    expect(await client.ask('From: A <a@x.example>\r\nNewsgroups: groggs.gossip\r\n\r\nText.\r\n.')).toMatch(
      /^441 Subj/,
    );
    client.close();
    const text = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
    expect(text).toContain('rgtp_nntp_posts_refused_total{');
    expect(run(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
  });

  it('would find a metric that is not named by the conventions', () => {
    expect(run(['check', 'metrics'], '# HELP a_total x\n# TYPE a_total gauge\na_total 1\n').said).toContain('"_total"');
  });

  it('reads the alert rules, and they speak and are silent as they should', () => {
    expect(run(['check', 'rules', '--lint-fatal', alertsFile])).toMatchObject({
      status: 0,
      said: expect.stringContaining(`${alerts.length} rules found`),
    });
    expect(run(['test', 'rules', alertTests])).toMatchObject({ status: 0 });
  });

  it('reads every query of the dashboard', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'queries.yaml');
    const rules = panels.map(({ expr }, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect(run(['check', 'rules', file])).toMatchObject({
      status: 0,
      said: expect.stringContaining(`${panels.length} rules found`),
    });
  });
});
