import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { notesOf } from '../.ci/release-notes.ts';

const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const changelog = read('CHANGELOG.md');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

describe('CHANGELOG.md', () => {
  const titles = Array.from(changelog.matchAll(/^## (.*)$/gm), ([, title = '']) => title);

  it('begins with what is not released, then has dated versions, the newest first', () => {
    const [first, ...versions] = titles;
    expect(first).toBe('[Unreleased]');
    const dates = versions.map((title) => /^\[\d+\.\d+\.\d+\] - (\d{4}-\d{2}-\d{2})$/.exec(title)?.[1] ?? title);
    for (const date of dates) expect(new Date(date).toISOString()).toBe(`${date}T00:00:00.000Z`);
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(versions[0]).toMatch(`[${version}] - `);
  });

  it('has no other kinds of change than Keep a Changelog', () => {
    const kinds = Array.from(changelog.matchAll(/^### (.*)$/gm), ([, kind = '']) => kind);
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds)
      expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toContain(kind);
  });

  it('has the notes of this version, and no others for a release', () => {
    expect(notesOf(changelog, version)).toMatch(/^The first version\.[\s\S]*- \*\*Read\*\*/);
    expect(notesOf(changelog, version)).not.toContain('\n## ');
    expect(notesOf(changelog, '99.0.0')).toBeUndefined();
    expect(notesOf(`## [${version}]\n\nundated`, version)).toBeUndefined();
  });
});

describe('.github', () => {
  const step = z.object({ uses: z.string().optional(), run: z.string().optional() }).loose();
  const job = z
    .object({
      permissions: z.record(z.string(), z.string()).optional(),
      steps: z.array(step).default([]),
      needs: z.unknown().optional(),
    })
    .loose();
  const workflow = z
    .object({ permissions: z.object({ contents: z.literal('read') }).strict(), jobs: z.record(z.string(), job) })
    .loose();
  const jobsOf = (name: string) => workflow.parse(parse(read(`.github/workflows/${name}.yaml`))).jobs;

  it.each(['ci', 'codeql', 'release'])('%s reads only, unless a job says what else it needs', (name) => {
    expect(Object.keys(jobsOf(name)).length).toBeGreaterThan(0);
  });

  it('CI is .ci/run', () => {
    expect(jobsOf('ci')['tests']?.steps.map(({ run }) => run)).toContain('.ci/run');
  });

  it('a release is tested first, and has an SBOM and provenance', () => {
    const { tests, notes, image, npm, release } = jobsOf('release');
    expect(tests).toMatchObject({ uses: './.github/workflows/ci.yaml' });
    expect(notes?.needs).toBe('tests');
    expect([image?.needs, npm?.needs, release?.needs]).toEqual(['notes', 'notes', ['image', 'npm']]);
    const build = image?.steps.find(({ uses }) => uses?.startsWith('docker/build-push-action'));
    expect(build).toMatchObject({ with: { sbom: true, provenance: 'mode=max', platforms: 'linux/amd64,linux/arm64' } });
    expect(npm?.permissions).toMatchObject({ 'id-token': 'write' });
    expect(npm?.steps.map(({ run }) => run)).toContain('npm publish --provenance --access public');
  });

  it('Dependabot looks after packages, actions and the base image', () => {
    const { updates } = z
      .object({
        version: z.literal(2),
        updates: z.array(z.object({ 'package-ecosystem': z.string(), directory: z.string() })),
      })
      .parse(parse(read('.github/dependabot.yml')));
    expect(updates.map((one) => one['package-ecosystem'])).toEqual(['npm', 'github-actions', 'docker']);
  });

  it('asks who reports a bug for the version', () => {
    const { body } = z
      .object({ body: z.array(z.object({ id: z.string().optional() }).loose()) })
      .parse(parse(read('.github/ISSUE_TEMPLATE/bug.yml')));
    expect(body.map(({ id }) => id)).toEqual(expect.arrayContaining(['what', 'how', 'version']));
  });
});
