import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

const dockerfile = read('docker/Dockerfile').replaceAll('\\\n', ' ');
/** What follows an instruction, each time it is used. */
const all = (name: string) =>
  [...dockerfile.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(([, rest = '']) => rest);
const environment = Object.fromEntries(
  all('ENV').flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split('=', 2))),
) as NodeJS.ProcessEnv; // readEnvironment looks at every value

const limited = z.object({
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  pids_limit: z.number().max(200),
  mem_limit: z.string().regex(/^\d+[mg]$/),
  memswap_limit: z.string(),
  restart: z.literal('unless-stopped'),
  logging: z.object({ options: z.object({ 'max-size': z.string(), 'max-file': z.string() }) }),
  profiles: z.tuple([z.string()]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(
    z.union([z.string(), z.object({ source: z.string(), target: z.string(), read_only: z.boolean().default(false) })]),
  ),
});
const service = limited.extend({
  init: z.literal(true),
  command: z.array(z.string()).default(['serve']),
  build: z.object({ context: z.string(), dockerfile: z.string() }),
});
/** Others' images: they say nothing of their health themselves. */
const others = limited.extend({
  image: z.string().regex(/^[a-z]+:\d+(\.\d+)?$/),
  healthcheck: z.object({ test: z.array(z.string()).min(2), interval: z.string(), timeout: z.string() }),
});
const compose = z
  .object({
    services: z.strictObject({
      quickstart: service,
      bridge: service,
      board: service,
      'bridge-one': service,
      'bridge-two': service,
      postgres: others,
      haproxy: others.extend({ networks: z.object({ cluster: z.object({ ipv4_address: z.string() }) }) }),
    }),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(read('docker/compose.yaml'), { merge: true }));

describe('the Dockerfile', () => {
  const bases = all('FROM').filter((rest) => !rest.startsWith('scratch'));

  it('builds on one slim node, pinned by its digest, of the version that the tests run on', () => {
    const pins = new Set(bases.map((rest) => /\bnode:(\S+)/.exec(rest)?.[1]));
    const [pin = '', ...others] = pins;
    expect(pin).toMatch(/^\S+@sha256:[0-9a-f]{64}$/);
    expect(others).toEqual([]);
    expect(pin.split('@')[0]).toBe(`${process.versions.node}-trixie-slim`);
    const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')));
    expect(engines.node).toBe(`>=${process.versions.node.split('.', 1)[0]}`);
  });

  it('says what it is, of which version and from where, by the names that OCI has for that', () => {
    const { version, license, homepage, repository } = z
      .object({
        version: z.string(),
        license: z.string(),
        homepage: z.string(),
        repository: z.object({ url: z.string() }),
      })
      .parse(JSON.parse(read('package.json')));
    const labels = Object.fromEntries(
      all('LABEL').flatMap((rest) =>
        [...rest.matchAll(/org\.opencontainers\.image\.([\w.]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      ),
    );
    const source = repository.url.replace(/^git\+|\.git$/g, '');
    const [, base = '', digest = ''] = /node:(\S+)@(\S+)/.exec(bases[0] ?? '') ?? [];
    expect(labels).toEqual({
      title: 'rgtp-nntp',
      description: expect.any(String),
      licenses: license,
      url: source,
      documentation: homepage,
      source,
      vendor: expect.any(String),
      version: '$BUILD_VERSION',
      revision: '$BUILD_COMMIT',
      created: '$BUILD_DATE',
      'base.name': `docker.io/library/node:${base}`,
      'base.digest': digest,
    });
    // What is not given is never false.
    expect(all('ARG')).toEqual([
      'BUILD_COMMIT=unknown',
      `BUILD_VERSION=${version}`,
      'BUILD_COMMIT=unknown',
      'BUILD_DATE=1970-01-01T00:00:00Z',
    ]);
  });

  it('.ci/base.sh renews the base, everywhere or nowhere', () => {
    const folder = mkdtempSync(join(tmpdir(), 'base-'));
    for (const part of ['.ci', 'docker', 'bin']) mkdirSync(join(folder, part));
    for (const file of ['.ci/base.sh', 'docker/Dockerfile']) cpSync(join(root, file), join(folder, file));
    const renewed = (answer: string, ...args: string[]) => {
      writeFileSync(
        join(folder, 'bin/docker'),
        `#!/bin/sh\n[ "$4" = "node:25.0.0-trixie-slim" ] && echo '${answer}'\n`,
      );
      chmodSync(join(folder, 'bin/docker'), 0o755);
      const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
      const { status } = spawnSync(join(folder, '.ci/base.sh'), args, { env });
      return { status, text: readFileSync(join(folder, 'docker/Dockerfile'), 'utf8') };
    };
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const before = read('docker/Dockerfile');
    expect(renewed('no such image', '25.0.0-trixie-slim')).toEqual({ status: 1, text: before });
    expect(renewed(digest)).toEqual({ status: 1, text: before });
    const [, old = '', oldDigest = ''] = /node:(\S+)@(\S+)/.exec(before) ?? [];
    const after = before.replaceAll(old, '25.0.0-trixie-slim').replaceAll(oldDigest, digest);
    expect(renewed(digest, '25.0.0-trixie-slim')).toEqual({ status: 0, text: after });
    rmSync(folder, { recursive: true });
  });

  it('.ci/image.sh builds it with buildah on a base that it is told, and tries what it has built', () => {
    const folder = mkdtempSync(join(tmpdir(), 'image-'));
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
    // Does what buildah would say of an image that works; `broken` serves nothing.
    const built = (broken: boolean) => {
      writeFileSync(
        join(folder, 'buildah'),
        `#!/bin/sh
echo "$*" >> '${folder}/asked'
case "$*" in
  build*) while [ "$1" != --file ]; do shift; done; cp "$2" '${folder}/Dockerfile' ;;
  from*) echo working ;;
  *Config.User*) echo 1000:1000 ;;
  *image.revision*) echo ${commit} ;;
  *--version) echo "rgtp-nntp 0.0.0 (build ${commit.slice(0, 10)})" ;;
  *probe.js*) exit ${broken ? 1 : 0} ;;
esac
`,
      );
      chmodSync(join(folder, 'buildah'), 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
      return spawnSync(join(root, '.ci/image.sh'), ['localhost/base'], { env, encoding: 'utf8' });
    };
    expect(built(false)).toMatchObject({ status: 0, stdout: expect.stringContaining('from localhost/base, serves') });
    const froms = readFileSync(join(folder, 'Dockerfile'), 'utf8').match(/^FROM .*$/gm);
    expect(froms).toEqual([
      'FROM localhost/base AS build',
      'FROM localhost/base AS target',
      'FROM localhost/base AS system',
      'FROM scratch',
    ]);
    const asked = readFileSync(join(folder, 'asked'), 'utf8');
    expect(asked).toContain(`--build-arg BUILD_COMMIT=${commit} `);
    // Nothing is left lying about.
    expect(asked).toMatch(/^rm working$/m);
    expect(built(true).status).not.toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('runs nothing that is built for the target’s processor', () => {
    const stages = dockerfile.split(/^(?=FROM )/m).filter((stage) => /^RUN /m.test(stage));
    expect(stages.length).toBe(2);
    for (const stage of stages) expect(stage).toMatch(/^FROM --platform=\$BUILDPLATFORM /);
  });

  it('copies files that exist and that its ignore file lets through', () => {
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--'))
      .flatMap((rest) => rest.split(/\s+/).slice(0, -1));
    expect(sources).toContain('src');
    const allowed = new Set(read('docker/Dockerfile.dockerignore').split('\n'));
    expect([...allowed][0]).toBe('*');
    expect(sources.filter((source) => !existsSync(join(root, source)) || !allowed.has(`!${source}`))).toEqual([]);
    expect(allowed.size).toBe(new Set(sources).size + 2); // `*` and the end: nothing else gets into the build
  });

  it('runs what the build makes, without root', () => {
    for (const line of [...all('ENTRYPOINT'), ...all('HEALTHCHECK')]) {
      const [file = ''] = /(?<=\/app\/dist\/)[\w/]+(?=\.js"\])/.exec(line) ?? [];
      expect(existsSync(join(root, 'src', `${file}.ts`)), line).toBe(true);
    }
    expect(all('USER')).toEqual(['1000:1000']);
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('opens the ports its configuration listens on, and keeps its data, and compiled code, in volumes', () => {
    const { embedded, http, data } = loadConfig({ environment: ours(environment) });
    expect(all('EXPOSE')).toEqual([`119 563 ${embedded.listen?.port} ${http.listen?.port}`]);
    expect(all('VOLUME')).toEqual([`${data} ${environment['NODE_COMPILE_CACHE']}`]);
    // Whoever can write there has their code run.
    expect(dockerfile).toMatch(/ install -d -m 0700 \/cache\s/);
    expect(all('COPY')).toContain('--from=build --chown=1000:1000 /cache /cache');
  });
});

describe('compose.yaml', () => {
  const { quickstart, bridge } = compose.services;

  it('builds this image, and publishes ports that it opens', () => {
    const exposed = all('EXPOSE').flatMap((rest) => rest.split(' '));
    for (const { build, ports } of [quickstart, bridge]) {
      expect(existsSync(join(root, 'docker', build.context, build.dockerfile))).toBe(true);
      for (const port of ports) expect(exposed).toContain(port.split(':').at(-1));
    }
  });

  it('shows the quick start, where passwords go in the clear, and all health and metrics to this machine only', () => {
    expect(quickstart.ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(loadConfig({ environment: ours({ ...environment, ...quickstart.environment }) }).cleartextAuth).toBe(true);
    expect(bridge.ports.filter((port) => port.endsWith(':9119'))).toEqual(['127.0.0.1:9119:9119']);
  });

  it('takes config/remote-board.yaml for the bridge unchanged', () => {
    const { RGTP_NNTP_CONFIG: inside, ...rest } = bridge.environment;
    expect(inside).toBe('/etc/rgtp-nntp/rgtp-nntp.yaml');
    const file = join(root, 'config', 'remote-board.yaml');
    const config = loadConfig({ file, environment: ours({ ...environment, ...rest }) });
    expect(config).toMatchObject({ data: '/data', cleartextAuth: false, http: { listen: { host: '::', port: 9119 } } });
    expect(config.boards[0]?.secretFile).toBe(`/run/secrets/${bridge.secrets[0]}`);
    expect(config.listen?.map(({ port }) => port)).toEqual([119, 563]);
    expect(readEnvironment(ours(rest)).problems).toEqual([]);
  });

  it('names secrets that exist, and that git never sees', () => {
    const named = Object.values(compose.services).flatMap(({ secrets }) => secrets);
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.secrets)));
    const files = [
      'docker/bridge/privkey.pem',
      'docker/cluster/keys',
      ...Object.values(compose.secrets).map(({ file }) => `docker/${file}`),
    ];
    for (const file of files) {
      expect(execFileSync('git', ['check-ignore', file], { cwd: root, encoding: 'utf8' })).toBe(`${file}\n`);
    }
  });
});

describe('the cluster of compose.yaml', () => {
  const { board, 'bridge-one': one, 'bridge-two': two, postgres, haproxy } = compose.services;
  const balancing = read('config/haproxy.cfg');
  const config = (bridge: typeof one) =>
    loadConfig({
      file: join(root, 'config/cluster.yaml'),
      environment: ours({ ...environment, ...bridge.environment }),
    });

  it('has a profile of its own', () => {
    expect([board, one, two, postgres, haproxy].map(({ profiles: [profile] }) => profile)).toEqual(
      new Array(5).fill('cluster'),
    );
  });

  it('has a board that takes the connections of all people from two addresses', () => {
    expect(board.command).toEqual(['board']);
    const served = loadConfig({ environment: ours({ ...environment, ...board.environment }) });
    const each = config(one).boards[0];
    expect(each?.rgtp).toEqual({ scheme: 'rgtp', host: 'board', port: served.embedded.listen?.port });
    const { maxUsers = Infinity, userConnections = 0, connections = 0 } = each ?? {};
    expect(served.embedded.connectionsPerAddress).toBeGreaterThan(maxUsers * userConnections + connections + 1);
  });

  it('takes config/cluster.yaml for the bridges unchanged, the same for both, with data of their own', () => {
    expect(config(two)).toEqual(config(one));
    const { data, keys, tls, listen, balancers } = config(one);
    expect({ data, keys }).toEqual({ data: '/data', keys: '/keys' });
    expect(tls.certificate).toBe('/etc/rgtp-nntp/fullchain.pem');
    expect(listen?.map(({ port, proxyProtocol }) => [port, proxyProtocol])).toEqual([
      [119, true],
      [563, true],
    ]);
    expect(balancers).toEqual([haproxy.networks.cluster.ipv4_address]);
    const mounted = [one, two].map(({ volumes }) => volumes.filter((volume) => typeof volume === 'string'));
    expect(mounted).toEqual([['bridge-one:/data'], ['bridge-two:/data']]);
    const shared = one.volumes.filter((volume) => typeof volume !== 'string');
    expect(two.volumes.filter((volume) => typeof volume !== 'string')).toEqual(shared);
    // The keys are made at the first start that needs them.
    expect(shared.map(({ target, read_only }) => [target, read_only])).toEqual([
      ['/etc/rgtp-nntp', true],
      ['/keys', false],
    ]);
  });

  it('lets the bridges into the database with one secret', () => {
    const { permanent, permanentPasswordFile } = config(one);
    const { hostname, username, pathname } = new URL(permanent);
    expect([hostname, username, pathname]).toEqual([
      'postgres',
      postgres.environment['POSTGRES_USER'],
      `/${postgres.environment['POSTGRES_DB']}`,
    ]);
    expect([permanentPasswordFile, postgres.environment['POSTGRES_PASSWORD_FILE']]).toEqual(
      new Array(2).fill('/run/secrets/database'),
    );
    expect([one.secrets, two.secrets, postgres.secrets]).toEqual(new Array(3).fill(['database']));
  });

  it('uses config/haproxy.cfg as it is, with servers and ports that are there', () => {
    expect(haproxy.volumes).toEqual([
      { source: '../config/haproxy.cfg', target: '/usr/local/etc/haproxy/haproxy.cfg', read_only: true },
    ]);
    const servers = Array.from(
      balancing.matchAll(/^ +server \S+ (\S+):(\d+)/gm),
      ([, host, port]) => `${host}:${port}`,
    );
    const ports = config(one).listen?.map(({ port }) => port) ?? [];
    const places = ['bridge-one', 'bridge-two'].flatMap((host) => ports.map((port) => `${host}:${port}`));
    expect(new Set(servers)).toEqual(new Set(places));
    const health = Array.from(balancing.matchAll(/check port (\d+)/g), ([, port]) => Number(port));
    expect(new Set(health)).toEqual(new Set([config(one).http.listen?.port]));
    const open = Array.from(balancing.matchAll(/bind :::(\d+) v4v6/g), ([, port]) => `${port}:${port}`);
    expect(haproxy.ports).toEqual(open);
    expect(haproxy.healthcheck.test.join(' ')).toContain('/8404');
    expect(balancing).toContain('bind 127.0.0.1:8404');
  });
});

function ours(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('RGTP_NNTP_')));
}
