/** A machine with nothing but systemd and our unit, in namespaces of its own (Linux, as root). */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const root = new URL('../..', import.meta.url).pathname;

/** Where the second version of control groups is mounted. */
const groups = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
  existsSync(join(path, 'cgroup.controllers')),
);

/** The checkout is at /opt/rgtp-nntp, what the unit needs in /etc is a copy, and all that is written goes into memory. */
const BOOT = `set -e
mount --make-rprivate /
mount --bind "$1" /mnt
mount -t tmpfs none /opt
mkdir -p /opt/rgtp-nntp /opt/bin
mount --bind "$2" /opt/rgtp-nntp
mount --bind /mnt/bin /opt/bin
mount -t tmpfs none /run
mkdir -p /run/lock /run/etc /run/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work none /etc
rm -rf /etc/systemd/system
mkdir -p /etc/systemd/system/rgtp-nntp.service.d
cp /opt/rgtp-nntp/config/rgtp-nntp.service /etc/systemd/system
cp /mnt/test.conf /etc/systemd/system/rgtp-nntp.service.d
printf '[Unit]\\nDefaultDependencies=no\\n' >/etc/systemd/system/nothing.target
mkdir -p /etc/rgtp-nntp
mount --bind /mnt/etc /etc/rgtp-nntp
for folder in /var/lib /var/tmp /tmp; do mount -t tmpfs none $folder; done
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
# systemd hands credentials over by mounts that reach the service.
mount --make-rshared /
container=other exec /lib/systemd/systemd --system --unit=nothing.target --log-target=console --show-status=no
`;

export class Booted implements AsyncDisposable {
  /** what is /etc/rgtp-nntp there */
  readonly etc: string;
  readonly #folder: string;
  readonly #group: string;
  readonly #machine: ChildProcess;

  /** @param unit lines for the section [Service] of the unit */
  constructor(unit: readonly string[], files: Readonly<Record<string, string>>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'booted-'));
    chmodSync(this.#folder, 0o755);
    this.etc = join(this.#folder, 'etc');
    mkdirSync(this.etc);
    mkdirSync(join(this.#folder, 'bin'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.etc, name), text, { mode: 0o600 });
    const program = `#!/bin/sh\nexec /opt/rgtp-nntp/node_modules/node/bin/node /opt/rgtp-nntp/src/main.ts "$@"\n`;
    writeFileSync(join(this.#folder, 'bin/rgtp-nntp'), program, { mode: 0o755 });
    const log = ['output', 'error'].map(
      (name) => `Standard${name.replace(/^./, (c) => c.toUpperCase())}=file:/mnt/log`,
    );
    const service = ['Environment=PATH=/opt/bin:/usr/bin:/bin', ...log, ...unit];
    const lines = ['[Unit]', 'DefaultDependencies=no', '[Service]', ...service, ''];
    writeFileSync(join(this.#folder, 'test.conf'), lines.join('\n'));
    writeFileSync(join(this.#folder, 'boot.sh'), BOOT);
    this.#group = join(groups ?? '', `rgtp-nntp-${process.pid}`);
    mkdirSync(this.#group);
    const alone = ['--pid', '--fork', '--kill-child', '--mount', '--cgroup', '--mount-proc', '--uts', '--ipc'];
    this.#machine = spawn(
      'sh',
      [
        '-c',
        `echo $$ >${this.#group}/cgroup.procs; exec unshare "$@"`,
        'sh',
        ...alone,
        'bash',
        join(this.#folder, 'boot.sh'),
        this.#folder,
        root,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }

  /** what the service printed */
  get log(): string {
    const file = join(this.#folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Once systemd is up. */
  async up(): Promise<void> {
    await until(
      () => this.#try('is-active', 'nothing.target') === 'active\n',
      () => 'systemd to be up',
    );
  }

  systemctl(...args: readonly string[]): string {
    return execFileSync('nsenter', this.#within(args), { encoding: 'utf8' });
  }

  /** A property of the service. */
  property(name: string): string {
    return this.systemctl('show', '--value', '--property', name, 'rgtp-nntp').trim();
  }

  #try(...args: readonly string[]): string | undefined {
    try {
      return execFileSync('nsenter', this.#within(args), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return undefined;
    }
  }

  #within(args: readonly string[]): string[] {
    const { pid } = this.#machine;
    const [init = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return ['--target', init, '--all', 'systemctl', ...args];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The first process of a namespace takes all others with it.
    this.#machine.kill('SIGKILL');
    if (this.#machine.exitCode === null && this.#machine.signalCode === null) await once(this.#machine, 'exit');
    await until(
      () => removed(this.#group),
      () => `the processes in ${this.#group} to end`,
    );
    rmSync(this.#folder, { recursive: true });
  }
}

/** A control group can be removed, children first, once nothing runs in it. */
function removed(group: string): boolean {
  try {
    for (const line of execFileSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' }).trim().split('\n')) {
      rmdirSync(line);
    }
    return true;
  } catch {
    return false;
  }
}

/** Whether such a machine can be had here. */
export const canBoot = groups !== undefined && existsSync('/lib/systemd/systemd') && process.getuid?.() === 0;
