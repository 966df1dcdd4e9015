import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { freePort } from '../support/free-port.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { Booted, canBoot } from './booted.ts';
import { present } from './clients.ts';
import { until } from './until.ts';

const unit = new URL('../../config/rgtp-nntp.service', import.meta.url).pathname;
/** A loop that hangs when it is told to. */
const HANGS = `--import=data:text/javascript,process.on('SIGUSR2',()=>{for(;;);})`;
/** s: on a busy machine a living server may be this late, but one that hangs says nothing at all */
const SILENCE = 20;

/** In place of systemd: what comes to a socket for its messages. */
class Receiver {
  readonly path: string;
  readonly heard: string[][] = [];
  #rest = '';

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'notified-'));
    this.path = join(folder, 'notify');
    const script = new URL('notified.py', import.meta.url).pathname;
    const child: ChildProcess = spawn('python3', [script, this.path, String(SILENCE)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${this.#rest}${text}`.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.heard.push([JSON.parse(line)].flat());
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    });
  }

  /** Waits for a message with a line, after what had come before. */
  async hears(line: RegExp, after = 0): Promise<{ message: string[]; count: number }> {
    const index = await until(
      () => {
        const found = this.heard.findIndex((message, i) => i >= after && message.some((each) => line.test(each)));
        return found === -1 ? undefined : found + 1;
      },
      () => `${line} among ${JSON.stringify(this.heard)}`,
      120_000,
    );
    return { message: this.heard[index - 1] ?? [], count: index };
  }
}

function settings(folder: string): NodeJS.ProcessEnv {
  return {
    RGTP_NNTP_DATA: join(folder, 'data'),
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  };
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'systemd-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe.skipIf(!present('systemd-notify', 'systemd-notify', 'python3'))('what systemd is told', () => {
  it('ready, reloads, mistakes in them, signs of life, the end', async () => {
    const folder = temporary();
    const file = join(folder, 'c.yaml');
    writeFileSync(file, 'limits: {}\n');
    const receiver = new Receiver();
    await receiver.hears(/listening/);
    const env = { ...settings(folder), NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: '400000' };
    const server = new CommandLine(['serve', '--config', file], { env });
    onTestFinished(() => void server.child.kill('SIGKILL'));

    const ready = await receiver.hears(/^READY=1$/);
    expect(ready.message).toEqual(['READY=1', 'STATUS=0 newsreaders connected']);
    expect(server.stdout, 'it listens').toMatch(/newsreader at 127\.0\.0\.1 port (\d+)/);
    const reader = await NntpClient.connect(Number(/newsreader at .* port (\d+)/.exec(server.stdout)?.[1]));
    expect(await reader.ask('GROUP groggs.gossip'), 'and its board can be read').toMatch(/^211 1 /);
    const alive = await receiver.hears(/1 newsreader connected/, ready.count);
    expect(alive.message).toEqual(['WATCHDOG=1', 'STATUS=1 newsreader connected']);

    server.child.kill('SIGHUP');
    const reloading = await receiver.hears(/^RELOADING=1$/, alive.count);
    expect(reloading.message[1]).toMatch(/^MONOTONIC_USEC=\d+$/);
    const reloaded = await receiver.hears(/^READY=1$/, reloading.count);
    expect(reloaded.message[1]).toBe('STATUS=1 newsreader connected');

    writeFileSync(file, 'limts: {}\n');
    server.child.kill('SIGHUP');
    const refused = await receiver.hears(/^READY=1$/, reloaded.count);
    expect(refused.message[1]).toMatch(/^STATUS=the new configuration cannot be used, .*limts/);
    await receiver.hears(/^WATCHDOG=1$/, refused.count);

    const before = receiver.heard.length;
    server.child.kill('SIGTERM');
    await receiver.hears(/^STOPPING=1$/, before);
    expect((await server.ended).code).toBe(0);
    reader.close();
  });

  it('nothing more once its loop hangs', async () => {
    const folder = temporary();
    const receiver = new Receiver();
    await receiver.hears(/listening/);
    const env = { ...settings(folder), NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: '400000', NODE_OPTIONS: HANGS };
    const server = new CommandLine(['board'], { env });
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const { count } = await receiver.hears(/^READY=1$/);
    const first = await receiver.hears(/^WATCHDOG=1$/, count);
    const second = await receiver.hears(/^WATCHDOG=1$/, first.count);
    server.child.kill('SIGUSR2');
    await receiver.hears(/^silent$/, second.count);
    server.child.kill('SIGKILL');
    await server.ended;
  });

  it('finds nothing wrong with the unit', () => {
    // Nothing is installed in /usr/bin here, and other units of the machine are none of ours.
    const complaints = execFileSync('sh', ['-c', `systemd-analyze verify --man=no '${unit}' 2>&1 || true`], {
      encoding: 'utf8',
    });
    expect(complaints.split('\n').filter((line) => line.includes('rgtp-nntp'))).toEqual([]);
  });
});

/** The certificate that a server shows, by its serial number. */
async function shown(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe.skipIf(!present('systemd', 'root', 'unshare', 'nsenter') || !canBoot)('under a real systemd', () => {
  it('starts without root, reads its certificate and sees a new one, reloads, is started anew when it hangs, ends', async () => {
    const [first, second] = [tlsFiles('first'), tlsFiles('second')];
    const [news, tls] = [await freePort(), await freePort()];
    const pem = ({ certificate, key }: typeof first) => ({
      'fullchain.pem': readFileSync(certificate, 'utf8'),
      'privkey.pem': readFileSync(key, 'utf8'),
    });
    const configuration = `name: news.example.org
listen: ['nntp://127.0.0.1:${news}', 'nntps://127.0.0.1:${tls}']
data: /var/lib/rgtp-nntp
embedded: { listen: 'off' }
http: { listen: 'off' }
`;
    const page = readFileSync(new URL('../../docs/running.md', import.meta.url), 'utf8');
    const credentials = /```ini\n *\[Service\]\n((?: *(?:LoadCredential|Environment)=.*\n)+)/.exec(page)?.[1] ?? '';
    const lines = credentials
      .trim()
      .split(/\n */)
      .map((line) => line.replaceAll('/etc/letsencrypt/live/news.example.org', '/etc/rgtp-nntp'));
    expect(lines).toHaveLength(3);
    await using machine = new Booted([...lines, `WatchdogSec=${SILENCE}`, `Environment="NODE_OPTIONS=${HANGS}"`], {
      'rgtp-nntp.yaml': configuration,
      ...pem(first),
    });
    execFileSync('chmod', ['0755', machine.etc]);
    execFileSync('chmod', ['0644', join(machine.etc, 'rgtp-nntp.yaml')]);
    await machine.up();

    // It returns when the service is ready: nothing is waited for.
    machine.systemctl('start', 'rgtp-nntp');
    const reader = await NntpClient.connect(news);
    expect(await reader.ask('GROUP groggs.gossip')).toMatch(/^211 1 /);
    expect(Number(machine.property('UID')), 'DynamicUser').toBeGreaterThanOrEqual(61_184);
    expect(machine.property('StatusText')).toMatch(/^\d newsreaders? connected$/);
    const before = await shown(tls);

    machine.systemctl('reload', 'rgtp-nntp');
    await until(
      () => machine.log.includes('configuration reloaded'),
      () => `a reload:\n${machine.log}`,
    );
    await until(() => machine.property('ActiveState') === 'active', 'the end of the reload');

    // What the deploy hook does after a renewal.
    for (const [name, text] of Object.entries(pem(second))) writeFileSync(join(machine.etc, name), text);
    expect(page).toContain("--deploy-hook 'systemctl try-restart rgtp-nntp'");
    machine.systemctl('try-restart', 'rgtp-nntp');
    expect(await shown(tls)).not.toBe(before);

    const pid = machine.property('MainPID');
    machine.systemctl('kill', '--kill-whom', 'main', '--signal', 'USR2', 'rgtp-nntp');
    await until(
      () => machine.property('NRestarts') === '1' && machine.property('ActiveState') === 'active',
      () => `the watchdog to start it anew:\n${machine.systemctl('status', 'rgtp-nntp')}`,
      180_000,
    );
    expect(machine.property('MainPID')).not.toBe(pid);
    expect(await shown(tls)).not.toBe(before);

    machine.systemctl('stop', 'rgtp-nntp');
    expect(machine.property('Result')).toBe('success');
    expect(machine.property('ExecMainStatus')).toBe('0');
    reader.close();
  });
});
