/** The dashboard, the rules and the documentation name metrics that exist, with labels that they have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/ops/metrics.ts';
import { alerts, alertTests, panels, variables } from '../support/prometheus-files.ts';
import { peer, status } from './sample.ts';

/** the labels of each metric, by its name as in a query */
const exposed = new Map<string, Set<string>>();
let types: readonly (readonly [name: string, type: string])[] = [];

beforeAll(async () => {
  const metrics = new Metrics();
  metrics.watch(() => ({ ...status, peers: [peer] }));
  metrics.connected('accepted');
  metrics.command('GROUP', 211, 0.002);
  metrics.request('gossip', 'ITEM', 250, 0.02);
  metrics.post('gossip', 'posted');
  metrics.postRefused('gossip', 'subject');
  metrics.login('refused');
  const { body } = await metrics.render();
  types = Array.from(body.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name = '', type = '']) => [name, type]);
  for (const [, name = '', labels = ''] of body.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = exposed.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)=/g)) known.add(label);
    exposed.set(name, known);
  }
});

/** Prometheus adds these. */
const ADDED = ['job', 'instance'];
const KEYWORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'bool', 'offset']);

/** The metrics of a query, and what is asked of each of their labels. */
function namesIn(expr: string): { readonly metrics: string[]; readonly labels: [metric: string, label: string][] } {
  const grouped = Array.from(expr.matchAll(/\b(?:by|without|on) \(([^)]*)\)/g), ([, list = '']) =>
    list.split(/, */),
  ).flat();
  const bare = expr
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\b(?:by|without|on) \([^)]*\)/g, '')
    .replaceAll(/\[[^\]]*\]/g, '');
  const metrics: string[] = [];
  const labels: [string, string][] = [];
  for (const [, name = '', call, matchers = ''] of bare.matchAll(/\b([a-z_]\w*)(\s*\()?(?:\{([^}]*)\})?/gi)) {
    // What stands between braces is read with the name before it.
    if (call !== undefined || KEYWORDS.has(name)) continue;
    metrics.push(name);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]/g)) labels.push([name, label]);
    for (const label of grouped) labels.push([name, label]);
  }
  return { metrics, labels };
}

describe.each([
  ['the dashboard', [...panels, ...variables]],
  ['the alert rules', alerts],
] as const)('%s', (_, queries) => {
  it('has queries', () => {
    expect(queries.length).toBeGreaterThan(10);
  });

  it.each(queries)('$where: $expr', ({ expr }) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    for (const name of metrics) if (name !== 'up') expect([...exposed.keys()]).toContain(name);
    for (const [name, label] of labels) {
      if (name !== 'up') expect([...(exposed.get(name) ?? []), ...ADDED], `${name}{${label}}`).toContain(label);
    }
  });
});

it('every alert has a test of when it speaks', () => {
  const tested = readFileSync(alertTests, 'utf8').matchAll(/alertname: (\w+)\n\s+exp_alerts:\n\s+- /g);
  expect([...new Set(Array.from(tested, ([, name]) => name))].toSorted()).toEqual(
    alerts.map(({ where }) => where).toSorted(),
  );
});

describe('the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'running.md'), 'utf8');
  const documented = Array.from(page.matchAll(/^\| `(rgtp_nntp_\w+)(?:\{([\w, ]*)\})?` \|/gm));

  it('has every metric of ours, and no other', () => {
    const ours = types.map(([name]) => name).filter((name) => name.startsWith('rgtp_nntp_'));
    expect(ours.length).toBeGreaterThan(30);
    expect(documented.map(([, name]) => name).toSorted()).toEqual(ours.toSorted());
  });

  it('has the labels of each', () => {
    for (const [, name = '', labels = ''] of documented) {
      const has = exposed.get(name) ?? exposed.get(`${name}_count`);
      expect(
        labels
          .split(/, */)
          .filter((label) => label !== '')
          .toSorted(),
        name,
      ).toEqual([...(has ?? [])].toSorted());
    }
  });

  it('names no metric elsewhere that does not exist', () => {
    for (const file of [
      'docs/mapping.md',
      'docs/troubleshooting.md',
      'docs/running.md',
      'docs/security.md',
      'CHANGELOG.md',
    ]) {
      const text = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
      for (const [, name = ''] of text.matchAll(/`(rgtp_nntp_\w+|nodejs_\w+_\w+|process_\w+_\w+)/g)) {
        expect([...exposed.keys(), ...types.map(([known]) => known)], file).toContain(name);
      }
    }
  });
});
