import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()),
  secrets: z.array(z.string()).default([]),
  build: z.object({ context: z.string(), dockerfile: z.string() }),
});
const compose = z
  .object({
    services: z.object({ demo: service, bridge: service }),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(read('docker/compose.yaml'), { merge: true }));

describe('the Dockerfile', () => {
  const bases = all('FROM').filter((rest) => !rest.startsWith('scratch'));

  it('builds on one pinned slim node, of the version that the tests run on', () => {
    const pins = new Set(bases.map((rest) => /\bnode:(\S+)/.exec(rest)?.[1]));
    expect([...pins]).toEqual([`${process.versions.node}-trixie-slim`]);
    const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')));
    expect(engines.node).toBe(`>=${process.versions.node.split('.', 1)[0]}`);
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
  const { demo, bridge } = compose.services;

  it('builds this image, and publishes ports that it opens', () => {
    const exposed = all('EXPOSE').flatMap((rest) => rest.split(' '));
    for (const { build, ports } of [demo, bridge]) {
      expect(existsSync(join(root, 'docker', build.context, build.dockerfile))).toBe(true);
      for (const port of ports) expect(exposed).toContain(port.split(':').at(-1));
    }
  });

  it('shows the demo, where passwords go in the clear, and all health and metrics to this machine only', () => {
    expect(demo.ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(loadConfig({ environment: ours({ ...environment, ...demo.environment }) }).cleartextAuth).toBe(true);
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
