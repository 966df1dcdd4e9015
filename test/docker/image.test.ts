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

const service = z.object({
  init: z.literal(true),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  pids_limit: z.number().max(200),
  mem_limit: z.string().regex(/^\d+[mg]$/),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()),
  secrets: z.array(z.string()).default([]),
  build: z.object({ context: z.string(), dockerfile: z.string() }),
});
const compose = z
  .object({
    services: z.object({ quickstart: service, bridge: service }),
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

  it('opens the ports its configuration listens on, and keeps its data in the volume', () => {
    const { embedded, http, data } = loadConfig({ environment: ours(environment) });
    expect(all('EXPOSE')).toEqual([`119 563 ${embedded.listen?.port} ${http.listen?.port}`]);
    expect(all('VOLUME')).toEqual([data]);
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
    expect(bridge.secrets).toEqual(Object.keys(compose.secrets));
    const files = ['docker/bridge/privkey.pem', ...Object.values(compose.secrets).map(({ file }) => `docker/${file}`)];
    for (const file of files) {
      expect(execFileSync('git', ['check-ignore', file], { cwd: root, encoding: 'utf8' })).toBe(`${file}\n`);
    }
  });
});

function ours(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('RGTP_NNTP_')));
}
