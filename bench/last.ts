/** The last results that were kept: ratios within one run, for absolute numbers differ from machine to machine and from hour to hour. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is looked at of a result (`main.ts`). */
interface Measured {
  readonly name: string;
  readonly value: number;
  readonly better?: 'more' | 'less';
  readonly noise?: number;
}

type Report = Readonly<Record<string, readonly Measured[]>>;

const results = join(import.meta.dirname, 'last.json');
const page = join(import.meta.dirname, 'README.md');
const BEGIN = '<!-- last -->\n';
const END = '<!-- /last -->';
/** Two runs differ by this much even where the rounds of each agree. */
const BETWEEN_RUNS = 0.1;

interface Kept {
  readonly value: number;
  readonly noise: number;
}

function last(): Record<string, Record<string, Kept>> {
  // as `keep` wrote it
  return existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as ReturnType<typeof last>) : {};
}

/** What is worse than the last results by more than the noise of both, in words. */
export function worse(report: Report, before = last()): string[] {
  return Object.entries(report).flatMap(([bench, all]) =>
    all.flatMap(({ name, value, better, noise = 0 }) => {
      const old = before[bench]?.[name];
      if (better === undefined || old === undefined) return [];
      const allowed = noise + old.noise + BETWEEN_RUNS;
      const change = better === 'more' ? 1 - value / old.value : value / old.value - 1;
      if (change <= allowed) return [];
      return [`${bench}: ${name}: ${old.value.toPrecision(3)} → ${value.toPrecision(3)} (noise ${percent(allowed)})`];
    }),
  );
}

/** Keeps the ratios of a run, those of other benches as they were, and writes them into the README. */
export function keep(report: Report): void {
  const kept = last();
  for (const [bench, all] of Object.entries(report)) {
    const ratios = all.filter(({ better }) => better !== undefined);
    if (ratios.length === 0) continue;
    kept[bench] = Object.fromEntries(
      ratios.map(({ name, value, noise = 0 }) => [
        name,
        { value: Number(value.toPrecision(3)), noise: Number(noise.toFixed(2)) },
      ]),
    );
  }
  writeFileSync(results, `${JSON.stringify(kept, null, 2)}\n`);
  const text = readFileSync(page, 'utf8');
  const tables = Object.entries(kept).map(([bench, ratios]) => {
    const rows = Object.entries(ratios).map(
      ([name, { value, noise }]) => `| ${name} | ${value} | ${percent(noise)} |\n`,
    );
    return `### ${bench}\n\n| what | ratio | noise |\n|---|--:|--:|\n${rows.join('')}`;
  });
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(page, `${text.slice(0, from)}\n${tables.join('\n')}\n${text.slice(to)}`);
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
