/** What we ship for Prometheus and Grafana, and the queries in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
export const alertsFile = join(root, 'config', 'alerts.yaml');
export const alertTests = join(root, 'test', 'ops', 'alerts.yaml');

const query = z.object({ expr: z.string() });
const dashboard = z.object({
  panels: z.array(z.object({ type: z.string(), title: z.string(), targets: z.array(query).default([]) })),
  templating: z.object({ list: z.array(z.object({ definition: z.string().optional() })) }),
  annotations: z.object({ list: z.array(query) }),
});
const rules = z.object({
  groups: z.array(z.object({ rules: z.array(query.extend({ alert: z.string() })) })),
});

interface Query {
  /** where it stands */
  readonly where: string;
  readonly expr: string;
}

export const alerts: readonly Query[] = rules
  .parse(parse(readFileSync(alertsFile, 'utf8')))
  .groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ where: alert, expr })));

const board = dashboard.parse(JSON.parse(readFileSync(join(root, 'config', 'grafana.json'), 'utf8')));

/** Of panels and annotations: PromQL, with Grafana's variables in it. */
export const panels: readonly Query[] = [
  ...board.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
  ...board.annotations.list.map(({ expr }) => ({ where: 'annotation', expr })),
];

/** What Grafana's variables are chosen from: the first argument of `label_values`. */
export const variables: readonly Query[] = board.templating.list.flatMap(({ definition }) => {
  const expr = /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1];
  return expr === undefined ? [] : [{ where: 'variable', expr }];
});
