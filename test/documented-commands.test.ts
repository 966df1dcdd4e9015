/**
 * Every command line of the documentation is run, in a scratch machine: /etc, /var and /srv are folders, a checkout is one
 * too, and sudo, runuser, systemd-run and docker run what they are given. What cannot run here is listed, with where it is
 * tried instead.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { giveInput } from './support/child-input.ts';
import { unpackSampleSpool } from './support/sample-board.ts';

const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const { scripts, version } = z
  .object({ scripts: z.record(z.string(), z.string()), version: z.string() })
  .parse(JSON.parse(read('package.json')));

/** Where each page's reader is: with a service that has run before, or before its first start. */
const PAGES: Readonly<Record<string, 'served' | 'new'>> = {
  'README.md': 'served',
  '.github/CONTRIBUTING.md': 'served',
  ...Object.fromEntries(readdirSync(join(root, 'docs')).map((name) => [`docs/${name}`, 'served'])),
  'docs/running.md': 'new',
  'docs/moving-a-groggsd.md': 'new',
};

const INSTALLED = 'changes this machine; test/package.test.ts packs and installs it elsewhere';
const SYSTEMD = 'needs systemd as process 1';
const KUBERNETES = 'needs a cluster; .ci/kubernetes.mjs checks the manifests';
const READER = 'needs the newsreader in a terminal; test/e2e drives it, with settings of its own';
const NEWS = 'needs a news server; test/e2e drives INN and leafnode';
const POSTGRES = 'needs PostgreSQL; test/store/postgres/documented.test.ts runs it';
const OURS = 'a script of this checkout, which .ci/run or a person starts';
/** What cannot run here, and why, or where it is tried. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start': '.ci/quick-start.mjs does the quick start in a clean clone',
  'npm ci': '.ci/quick-start.mjs starts in a clean clone, which begins with it',
  'npm pack': INSTALLED,
  [`sudo npm install --global ./rgtp-nntp-${version}.tgz`]: INSTALLED,
  "sudo certbot certonly --standalone --domain news.example.org --deploy-hook 'systemctl try-restart rgtp-nntp'":
    'needs a public name and an authority',
  'sudo systemctl enable --now rgtp-nntp': SYSTEMD,
  'sudo systemctl stop rgtp-nntp': SYSTEMD,
  'sudo systemctl start rgtp-nntp': SYSTEMD,
  'sudo systemctl restart rgtp-nntp': SYSTEMD,
  'systemctl reload rgtp-nntp': SYSTEMD,
  'systemctl status rgtp-nntp': SYSTEMD,
  'docker compose --file docker/compose.yaml up quickstart': 'needs docker; test/docker reads the files',
  'docker compose --file docker/compose.yaml --profile bridge up --detach': 'needs docker; test/docker reads the files',
  'docker compose --file docker/compose.yaml --profile cluster up --detach':
    'needs docker; test/docker reads the files',
  'haproxy -c -f config/haproxy.cfg': 'needs HAProxy; test/e2e/cluster.e2e.ts starts one with this file',
  'docker run': 'needs docker',
  'kubectl create namespace news': KUBERNETES,
  'kubectl create secret tls rgtp-nntp-tls --namespace news --cert fullchain.pem --key privkey.pem': KUBERNETES,
  'kubectl apply --namespace news --filename docker/kubernetes': KUBERNETES,
  'kubectl exec --namespace news rgtp-nntp-0 -- rgtp-nntp board user add ann@example.org --config /etc/rgtp-nntp/rgtp-nntp.yaml':
    KUBERNETES,
  'kubectl rollout restart statefulset/rgtp-nntp --namespace news': KUBERNETES,
  'rgtp-nntp register ann@example.org': 'asks a board elsewhere; test/cli/register.test.ts',
  'rgtp-nntp board user approve carol@example.org': 'she must have registered; test/server/letters.test.ts',
  'rgtp-nntp user forget ann@example.org': 'she must have logged in before; test/bridge/login',
  'sudo rgtp-nntp import rgtp://rgtp.example.org:1431 --config /etc/rgtp-nntp/rgtp-nntp.yaml':
    'asks a board elsewhere; test/cli/import.test.ts',
  'rgtp-nntp permanent copy --from files --to database': 'needs PostgreSQL; test/cli/postgres.test.ts',
  'rgtp-nntp permanent copy --from database --to files': 'needs PostgreSQL; test/cli/postgres.test.ts',
  'sudo -u postgres createuser --pwprompt bridge': POSTGRES,
  'sudo -u postgres createdb --owner bridge news': POSTGRES,
  'sudo -u postgres pg_dump --format custom --file /srv/backup/news.dump news': POSTGRES,
  'sudo -u postgres dropdb news': POSTGRES,
  'sudo -u postgres pg_restore --exit-on-error --dbname news /srv/backup/news.dump': POSTGRES,
  'neomutt -G': READER,
  'slrn -f ~/.jnewsrc-groggs --create -h localhost -p 1119': READER,
  'tin -A -r -p 1119 -g localhost': READER,
  'sudo -u news ctlinnd newgroup groggs.gossip y': NEWS,
  'sudo -u news ctlinnd newgroup groggs.gossip.motd n': NEWS,
  'sudo -u news ctlinnd newgroup groggs.gossip.edits n': NEWS,
  'sudo -u news sh -c \'/usr/lib/news/bin/tdx-util -g -n groggs.gossip | cut -d " " -f 6 > /var/spool/news/outgoing/again\'':
    NEWS,
  'sudo -u news /usr/lib/news/bin/innxmit news.example.org again': NEWS,
  'sudo systemctl restart inn2': SYSTEMD,
  'sudo -u news pullnews -c /var/lib/news/pullnews.marks': NEWS,
  'sudo -u news fetchnews': NEWS,
  'RGTP_TEST_SERVER=host:port npm run test:e2e -- foreign-boards': 'needs such a server',
  'RGTP_TEST_SERVER=host:port npm test -- test/rgtp/client/server': 'needs such a server',
  'npm test': OURS,
};

/** What people type. */
const ANSWERS: Readonly<Record<string, string>> = {
  'user add': 'correct horse\ncorrect horse\n0123456789ABCDEF\n',
  'user password': 'battery staple\nbattery staple\n',
};

const PROGRAMS = 'rgtp-nntp|npm|npx|sudo|docker|kubectl|systemctl|neomutt|slrn|tin|sh';

/** Lines of `sh` blocks, and inline code that begins with the name of a program and goes on. */
function commandsOf(page: string): string[] {
  const text = read(page).replaceAll(/^ {3}(?=\s*\S)/gm, '');
  const blocks = Array.from(text.matchAll(/^```sh\n([\s\S]*?)^```/gm), ([, block = '']) =>
    block.replaceAll('\\\n', ' ').split('\n'),
  ).flat();
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const inline = Array.from(prose.matchAll(new RegExp(`\`((?:${PROGRAMS}) [^\`]+)\``, 'g')), ([, one = '']) => one);
  return [...new Set([...blocks, ...inline].map((line) => line.replaceAll(/\s+/g, ' ').trim()))].filter(
    (line) => line !== '',
  );
}

/** `npm run docs` names a script that is there; that of the program itself is run. */
function scriptOf(command: string): string | undefined {
  const name = /^npm run ([\w:-]+)/.exec(command)?.[1];
  return name === undefined || name === 'rgtp-nntp' ? undefined : name;
}

/** What only shows a form: `rgtp-nntp import …`. */
const isForm = (command: string) => /…|\b[A-Z]{4,}\b|--help$/.test(command);

class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'documented-'));
  readonly #env: NodeJS.ProcessEnv;

  constructor() {
    const bin = join(this.folder, 'bin');
    const checkout = join(this.folder, 'checkout');
    for (const path of [bin, checkout, join(this.folder, 'etc/systemd/system'), join(this.folder, 'srv/backup')]) {
      mkdirSync(path, { recursive: true });
    }
    for (const name of ['src', 'node_modules', '.ci', 'config', 'package-lock.json'])
      symlinkSync(join(root, name), join(checkout, name));
    cpSync(join(root, 'package.json'), join(checkout, 'package.json'));
    const shim = (name: string, ...lines: string[]) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${lines.join('\n')}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    // Node first on the path, as an installed package has it.
    const config = `${this.folder}/etc/rgtp-nntp/rgtp-nntp.yaml`;
    shim('rgtp-nntp', `RGTP_NNTP_CONFIG='${config}' exec '${process.execPath}' '${join(root, 'src', 'main.ts')}' "$@"`);
    shim('sudo', 'exec "$@"');
    const upTo = (word: string) => [`until [ "$1" = ${word} ]; do shift; done`];
    shim('runuser', ...upTo('--'), 'shift; exec "$@"');
    shim('systemd-run', ...upTo('rgtp-nntp'), 'exec "$@"');
    shim('docker', ...upTo('exec'), 'shift 2; exec "$@"');
    this.#env = {
      ...process.env,
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: this.folder,
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
      RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_MAIL_SERVER: 'off',
      npm_config_update_notifier: 'false',
    };
  }

  /** Runs a command of the documentation, a server until it serves. Rejects where it fails. */
  async run(command: string): Promise<void> {
    const here = command
      .replaceAll(/(?<=^|[\s'"=])\/(?=(?:etc|var|srv)\/)/g, `${this.folder}/`)
      .replace(/^npm (start|run)/, 'npm --silent $1');
    const added = /board user add (\S+)/.exec(command)?.[1];
    // She is added again and again, in different ways.
    if (added !== undefined) await this.run(`rgtp-nntp board user remove ${added} || true`);
    const answers = Object.entries(ANSWERS).find(([words]) => new RegExp(`rgtp-nntp ${words}\\b`).test(command))?.[1];
    const child = spawn('sh', ['-c', here], { cwd: join(this.folder, 'checkout'), env: this.#env, detached: true });
    giveInput(child, answers ?? '');
    let said = '';
    const isServer = /^(sudo )?rgtp-nntp (serve|board)( --config \S+)?$|^npm start/.test(command);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (isServer && /^(Status page|Listening)/m.test(said)) stop(child);
      });
    }
    const [code] = await once(child, 'close');
    if (isServer && /^(Status page|Listening)/m.test(said)) return;
    expect(code, `${command}:\n${said}`).toBe(0);
    // The configuration that was put there is for this machine.
    if (/install .*rgtp-nntp\.yaml$/.test(command)) this.adapt();
  }

  /** Puts an example configuration where the service has it. */
  configure(): void {
    mkdirSync(join(this.folder, 'etc/rgtp-nntp'), { recursive: true });
    cpSync(join(root, 'config/all-in-one.yaml'), join(this.folder, 'etc/rgtp-nntp/rgtp-nntp.yaml'));
    this.adapt();
  }

  /** Without the certificate, which only an authority can give. */
  adapt(): void {
    const file = join(this.folder, 'etc/rgtp-nntp/rgtp-nntp.yaml');
    const text = readFileSync(file, 'utf8').replace(/^tls:\n(?: .*\n)*/m, '');
    writeFileSync(file, text.replaceAll('/var/lib', `${this.folder}/var/lib`));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Ends a server and the npm around it; asking twice does no harm. */
function stop({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGTERM');
}

const listed = new Set<string>();
const runnable = Object.entries(PAGES).flatMap(([page, state]) => {
  const commands = commandsOf(page).filter((command) => {
    if (command in ELSEWHERE) listed.add(command);
    return !(command in ELSEWHERE);
  });
  return commands.length === 0 ? [] : [{ page, state, commands }];
});

describe.each(runnable)('the commands of $page', ({ page, state, commands }) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = new Machine();
    if (page === 'docs/moving-a-groggsd.md') {
      mkdirSync(join(machine.folder, 'var/spool'), { recursive: true });
      cpSync(unpackSampleSpool(), join(machine.folder, 'var/spool/groggsd'), { recursive: true });
      machine.configure();
    }
    if (!commands.some((command) => /rgtp-nntp/.test(command) && !isForm(command))) return;
    if (state === 'served') {
      machine.configure();
      await machine.run('rgtp-nntp serve');
    }
    // The quick start, before anything else is done in the checkout.
    if (commands.some((command) => command.startsWith('npm run rgtp-nntp'))) await machine.run('npm start');
  });
  afterAll(() => machine[Symbol.dispose]());

  it.each(commands)('%s', async (command) => {
    const script = scriptOf(command);
    if (script !== undefined) return expect(Object.keys(scripts)).toContain(script);
    if (!isForm(command)) return machine.run(command);
    // The words before what stands for something else.
    const words = command.split(' ');
    const end = words.findIndex((word) => /…|[A-Z]{4,}|^-/.test(word));
    return machine.run(`${words.slice(0, end < 0 ? undefined : end).join(' ')} --help`);
  });
});

it('what cannot run is still in the documentation', () => {
  expect(Object.keys(ELSEWHERE).filter((command) => !listed.has(command))).toEqual([]);
});
