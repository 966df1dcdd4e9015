/** A real HAProxy with config/haproxy.cfg, whose ports and servers alone are others. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended } from '../support/ended.ts';
import { freePort } from '../support/free-port.ts';
import { unpacked } from './clients.ts';

const installed = '/usr/sbin/haproxy';
export const haproxy = existsSync(installed) ? installed : unpacked('usr/sbin/haproxy');

/** Where a bridge is on the loopback. */
export interface BridgePorts {
  readonly news: number;
  readonly tls: number;
  readonly http: number;
}

export class HaProxy implements AsyncDisposable {
  readonly news: number;
  readonly tls: number;
  readonly health: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  readonly #child: ChildProcess;
  output = '';

  static async start(one: BridgePorts, two: BridgePorts): Promise<HaProxy> {
    return new HaProxy([one, two], await freePort(), await freePort(), await freePort());
  }

  private constructor([one, two]: readonly [BridgePorts, BridgePorts], news: number, tls: number, health: number) {
    this.news = news;
    this.tls = tls;
    this.health = health;
    let text = readFileSync(join(import.meta.dirname, '../../config/haproxy.cfg'), 'utf8');
    const replace = (from: string, to: string) => {
      if (!text.includes(from)) throw new Error(`config/haproxy.cfg does not have ${from}`);
      text = text.replaceAll(from, to);
    };
    replace('bind :::119 v4v6', `bind 127.0.0.1:${news}`);
    replace('bind :::563 v4v6', `bind 127.0.0.1:${tls}`);
    replace('bind 127.0.0.1:8404', `bind 127.0.0.1:${health}`);
    for (const [name, ports] of [
      ['bridge-one', one],
      ['bridge-two', two],
    ] as const) {
      replace(`${name}:119 check port 9119`, `127.0.0.1:${ports.news} check port ${ports.http}`);
      replace(`${name}:563`, `127.0.0.1:${ports.tls}`);
    }
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, text);
    const libraries = unpacked('usr/lib/x86_64-linux-gnu');
    this.#child = spawn(haproxy, ['-db', '-f', file], {
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.output += chunk;
      });
    }
  }

  /** Whether it sends people to a bridge that can do everything, by what it has logged last. */
  sendsTo(server: 'one' | 'two'): boolean {
    const states = Array.from(this.output.matchAll(/Server bridges\/(\w+) is (UP|DOWN)/g));
    return states.findLast(([, name]) => name === server)?.[2] !== 'DOWN';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#child, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
