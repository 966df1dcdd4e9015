/** The manifests against our own image and configuration; .ci/kubernetes.mjs checks them against Kubernetes' schemas. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readEnvironment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = join(import.meta.dirname, '..', '..');
const objects = parseAllDocuments(readFileSync(join(root, 'docker/kubernetes/rgtp-nntp.yaml'), 'utf8')).map(
  (document) =>
    z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }).parse(document.toJS()),
);

function one<S extends z.ZodType>(kind: string, shape: S, name = 'rgtp-nntp'): z.infer<S> {
  return shape.parse(objects.find((object) => object.kind === kind && object.metadata.name === name));
}

const labels = z.record(z.string(), z.string());
const port = z.object({ name: z.string(), containerPort: z.number() });
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const set = one(
  'StatefulSet',
  z.object({
    spec: z.object({
      serviceName: z.string(),
      replicas: z.literal(1),
      selector: z.object({ matchLabels: labels }),
      template: z.object({
        metadata: z.object({ labels }),
        spec: z.object({
          automountServiceAccountToken: z.literal(false),
          terminationGracePeriodSeconds: z.number().min(11),
          securityContext: z.object({
            runAsNonRoot: z.literal(true),
            runAsUser: z.number(),
            fsGroup: z.number(),
            seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
          }),
          containers: z.tuple([
            z.object({
              image: z.string(),
              args: z.array(z.string()),
              env: z.array(z.object({ name: z.string(), value: z.string() })),
              ports: z.array(port),
              securityContext: z.object({
                allowPrivilegeEscalation: z.literal(false),
                readOnlyRootFilesystem: z.literal(true),
                capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
              }),
              startupProbe: probe,
              livenessProbe: probe,
              readinessProbe: probe,
              resources: z.object({ limits: z.object({ memory: z.string() }) }),
              volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
            }),
          ]),
          volumes: z.array(z.looseObject({ name: z.string() })),
        }),
      }),
      volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
    }),
  }),
).spec;
const [container] = set.template.spec.containers;
const ports = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]));

describe('the manifests of Kubernetes', () => {
  it('have a configuration that the server takes, and ports on which it listens', () => {
    const { data } = one('ConfigMap', z.object({ data: z.record(z.string(), z.string()) }));
    const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
    const file = join(folder, 'rgtp-nntp.yaml');
    writeFileSync(file, data['rgtp-nntp.yaml'] ?? '');
    const image = {
      RGTP_NNTP_DATA: '/data',
      RGTP_NNTP_HTTP_LISTEN: 'http://[::]:9119',
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://[::]:1431',
    };
    const environment = { ...image, ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])) };
    const config = loadConfig({ file, environment });
    rmSync(folder, { recursive: true });
    expect(readEnvironment(environment).problems).toEqual([]);
    expect(Object.fromEntries(ports)).toEqual({
      nntp: config.listen?.find(({ scheme }) => scheme === 'nntp')?.port,
      nntps: config.listen?.find(({ scheme }) => scheme === 'nntps')?.port,
      rgtp: config.embedded.listen?.port,
      http: config.http.listen?.port,
    });
    // Without privileges, and without a capability for lower ports.
    for (const number of ports.values()) expect(number).toBeGreaterThan(1023);
    expect(container.args).toEqual(['serve', '--config', '/etc/rgtp-nntp/rgtp-nntp.yaml']);
    const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [mountPath, name]));
    expect(mounts.get('/etc/rgtp-nntp')).toBe('configuration');
    expect(config.tls.certificate.startsWith('/run/tls/')).toBe(true);
    expect([...mounts.keys()]).toContain('/run/tls');
    expect(set.volumeClaimTemplates.map(({ metadata }) => metadata.name)).toEqual([mounts.get('/data')]);
    const volumes = set.template.spec.volumes.map(({ name }) => name);
    expect([...mounts.values()].sort()).toEqual([...volumes, 'data'].sort());
    // The root file system is read-only: compiled code needs a folder of its own.
    const [, cache = ''] = /NODE_COMPILE_CACHE=(\S+)/.exec(readFileSync(join(root, 'docker/Dockerfile'), 'utf8')) ?? [];
    expect(set.template.spec.volumes).toContainEqual({ name: mounts.get(cache), emptyDir: { sizeLimit: '64Mi' } });
  });

  it('run as the image’s user, and ask what the server answers', () => {
    const dockerfile = readFileSync(join(root, 'docker/Dockerfile'), 'utf8');
    expect(dockerfile).toContain(
      `USER ${set.template.spec.securityContext.runAsUser}:${set.template.spec.securityContext.fsGroup}`,
    );
    expect(
      [container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.path),
    ).toEqual(['/healthz', '/healthz', '/readyz']);
  });

  it('name one another rightly', () => {
    const service = z.object({
      spec: z.object({
        selector: labels,
        ports: z.array(z.object({ port: z.number(), targetPort: z.string() })),
      }),
    });
    expect(set.template.metadata.labels).toEqual(set.selector.matchLabels);
    const headless = one('Service', service, set.serviceName);
    const open = one('Service', service);
    for (const { spec } of [headless, open]) {
      expect(spec.selector).toEqual(set.selector.matchLabels);
      for (const { targetPort } of spec.ports) expect([...ports.keys()]).toContain(targetPort);
    }
    expect(open.spec.ports.map(({ port: number }) => number)).toEqual([119, 563, 1431]);
    const policy = one(
      'NetworkPolicy',
      z.object({
        spec: z.object({
          podSelector: z.object({ matchLabels: labels }),
          ingress: z.array(
            z.object({ from: z.array(z.unknown()).optional(), ports: z.array(z.object({ port: z.string() })) }),
          ),
        }),
      }),
    );
    expect(policy.spec.podSelector.matchLabels).toEqual(set.selector.matchLabels);
    for (const { from, ports: named } of policy.spec.ingress) {
      for (const { port: name } of named) {
        expect([...ports.keys()]).toContain(name);
        // Metrics are not for everybody.
        if (name === 'http') expect(from).toBeDefined();
      }
    }
  });
});
