import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Systemd, watchdogInterval } from '../../src/server/systemd.ts';
import { silent } from '../../src/wire/log.ts';
import { tcpServer } from '../support/tcp-server.ts';

/** A systemd-notify that tells its arguments to this process, and ends when it is told to. */
class Messenger {
  readonly environment: NodeJS.ProcessEnv;
  /** running now, and at the same time at most */
  running = 0;
  most = 0;
  readonly #waiting: { readonly words: string; readonly socket: Socket }[] = [];
  #came: () => void = () => {};

  private constructor(port: number, folder: string) {
    this.environment = { PATH: `${folder}:/usr/bin:/bin`, NOTIFY_SOCKET: String(port) };
  }

  static async open(): Promise<Messenger> {
    const folder = mkdtempSync(join(tmpdir(), 'messenger-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const script = `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/$NOTIFY_SOCKET
printf '%s\\n' "$*" >&3
read -r status <&3
exit $status
`;
    writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 });
    const server = await tcpServer((socket) => messenger.#take(socket));
    onTestFinished(() => server.close());
    const messenger = new Messenger(server.port, folder);
    return messenger;
  }

  #take(socket: Socket): void {
    this.running++;
    this.most = Math.max(this.most, this.running);
    socket.on('error', () => {});
    socket.once('data', (data) => {
      this.#waiting.push({ words: data.toString().trim(), socket });
      this.#came();
    });
  }

  /** The next message. Its child goes on until the function is called. */
  async next(): Promise<{ readonly words: string; readonly end: (status: number) => void }> {
    while (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#came = resolve));
    const { words = '', socket } = this.#waiting.shift() ?? {};
    const end = (status: number) => {
      this.running--;
      socket?.end(`${status}\n`);
    };
    return { words, end };
  }

  async hears(words: RegExp): Promise<void> {
    const message = await this.next();
    expect(message.words).toMatch(words);
    message.end(0);
  }
}

function opened(environment: NodeJS.ProcessEnv) {
  const warnings: string[] = [];
  let warn: () => void = () => {};
  const warned = new Promise<void>((resolve) => {
    warn = resolve;
  });
  const log = {
    ...silent,
    warn({ reason }: { readonly reason?: unknown }, message: string) {
      warnings.push(`${message}: ${reason}`);
      warn();
    },
  };
  const systemd = new Systemd({ log, status: () => 'well\nand\tgood', environment });
  onTestFinished(() => systemd[Symbol.dispose]());
  return { systemd, warnings, warned };
}

const COULD_NOT = 'systemd could not be notified';

it('sends one message at a time, and nothing that is over by now', async () => {
  const messenger = await Messenger.open();
  const { systemd } = opened(messenger.environment);
  systemd.reloading();
  systemd.reloaded();
  systemd.ready();
  const first = await messenger.next();
  expect(first.words, 'nothing before it is ready').toBe('READY=1 STATUS=well and good');
  for (let i = 0; i < 1_000; i++) {
    systemd.reloading();
    systemd.reloaded();
  }
  const since = process.hrtime.bigint() / 1_000n;
  systemd.reloading();
  systemd.reloaded('no');
  first.end(0);
  const newest = await messenger.next();
  const [, usec = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+)$/.exec(newest.words) ?? [];
  expect(BigInt(usec)).toBeGreaterThanOrEqual(since);
  newest.end(0);
  const last = await messenger.next();
  expect(last.words).toBe('READY=1 STATUS=no');
  systemd.reloading();
  systemd.stopping();
  systemd.ready();
  systemd.reloaded();
  last.end(0);
  await messenger.hears(/^STOPPING=1 STATUS=finishing/);
  expect(messenger.most).toBe(1);
});

it('says again what could not be sent, unless there is news', async () => {
  const messenger = await Messenger.open();
  const { systemd, warnings } = opened(messenger.environment);
  systemd.ready();
  (await messenger.next()).end(1);
  (await messenger.next()).end(1);
  await messenger.hears(/^READY=1 /);
  systemd.reloading();
  const lost = await messenger.next();
  expect(lost.words).toMatch(/^RELOADING=1 /);
  systemd.reloaded();
  lost.end(3);
  await messenger.hears(/^READY=1 /);
  expect(warnings).toEqual([`${COULD_NOT}: systemd-notify ended with 1`, `${COULD_NOT}: systemd-notify ended with 3`]);
});

it('ends a child that hangs', async () => {
  const messenger = await Messenger.open();
  const { systemd, warnings } = opened(messenger.environment);
  systemd.ready();
  const hanging = await messenger.next();
  await messenger.hears(/^READY=1 /);
  expect(warnings).toEqual([`${COULD_NOT}: systemd-notify ended with SIGKILL`]);
  hanging.end(0);
});

it('gives signs of life, and goes on where there is no systemd-notify', async () => {
  const messenger = await Messenger.open();
  const { systemd } = opened({ ...messenger.environment, WATCHDOG_USEC: '2000' });
  systemd.ready();
  await messenger.hears(/^READY=1 /);
  for (let i = 0; i < 3; i++) await messenger.hears(/^WATCHDOG=1 STATUS=well and good$/);

  const without = opened({ PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere' });
  without.systemd.ready();
  await without.warned;
  without.systemd.reloading();
  without.systemd.reloaded();
  without.systemd.stopping();
  expect(without.warnings).toEqual([`${COULD_NOT}: spawn systemd-notify ENOENT`]);
});

it('says nothing where nobody asked', async () => {
  const messenger = await Messenger.open();
  const { NOTIFY_SOCKET: _, ...environment } = messenger.environment;
  const unasked = opened({ ...environment, WATCHDOG_USEC: '2000' });
  unasked.systemd.ready();
  unasked.systemd.stopping();
  const asked = opened(messenger.environment);
  asked.systemd.stopping();
  await messenger.hears(/^STOPPING=1 /);
  expect(unasked.warnings).toEqual([]);
});

it('is asked for signs of life of this process only', () => {
  expect(watchdogInterval({ WATCHDOG_USEC: '60000000' })).toBe(30_000);
  expect(watchdogInterval({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.pid) })).toBe(30_000);
  expect(watchdogInterval({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' })).toBeUndefined();
  for (const usec of ['', '0', '-1', 'x', undefined]) expect(watchdogInterval({ WATCHDOG_USEC: usec })).toBeUndefined();
});
