import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, it } from 'vitest';
import { FEATURES, type Feature, type KnownClient, resultsFolder } from '../../.ci/newsreaders.ts';

interface Described {
  readonly name: string;
  readonly kind: KnownClient['kind'];
  /** Debian's package, which knows the version; or something else that does */
  readonly version: string | (() => string);
  /** what its users should know, in short sentences */
  readonly quirks?: readonly string[];
}

export interface Known {
  /** A test of what a client can do. It counts in the table of `docs/newsreaders.md` where all of its tests passed. */
  can(feature: Feature | readonly Feature[], name: string, test: () => Promise<void>, timeout?: number): void;
}

/** A client in the table of `docs/newsreaders.md`: its tests make its row. Called once, within the `describe` of its tests. */
export function known({ name, kind, version, quirks = [] }: Described): Known {
  const outcomes: { readonly feature: Feature; passed: boolean }[] = [];
  afterAll(() => {
    const works = FEATURES.filter((feature) => {
      const its = outcomes.filter((outcome) => outcome.feature === feature);
      return its.length > 0 && its.every(({ passed }) => passed);
    });
    const result: KnownClient = { name, kind, version: versionOf(version), works, quirks };
    mkdirSync(resultsFolder, { recursive: true });
    const file = `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.json`;
    writeFileSync(join(resultsFolder, file), `${JSON.stringify(result, null, 2)}\n`);
  });
  return {
    can(feature, title, test, timeout) {
      const features = typeof feature === 'string' ? [feature] : feature;
      const mine = features.map((each) => ({ feature: each, passed: false }));
      outcomes.push(...mine);
      it(title, { timeout: timeout ?? 240_000 }, async () => {
        await test();
        for (const outcome of mine) outcome.passed = true;
      });
    },
  };
}

/** Upstream's version: without epoch, repacking and Debian's revision, which come and go with point releases. */
function versionOf(version: string | (() => string)): string {
  if (typeof version === 'function') return version();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own
  const full = execFileSync('dpkg-query', ['-W', '-f', '${Version}', version], { encoding: 'utf8' });
  return full.replace(/^\d+:/, '').replace(/[+~-].*$/, '');
}
