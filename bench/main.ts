/**
 * `npm run bench [-- NAME…] [--json FILE] [--write] [--check] [--keep]`: runs every `bench/*.bench.ts`, or those whose names are given,
 * and prints what they measured; with --write, tables go into the documentation, too. --keep keeps the ratios as the last results;
 * --check compares with those, and points out what is worse by more than the noise. A bench exports `default`: an async function that
 * gives its results.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keep, worse } from './last.ts';

/** One measured number. Compare within one run only: machines differ, and vary from hour to hour. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** what it was measured on, or compares to */
  readonly note?: string;
  /** of a ratio that is compared with the last results: which way is better */
  readonly better?: 'more' | 'less';
  /** how far its rounds are from their median, as a share of it */
  readonly noise?: number;
}

/** @param write whether tables go into the documentation */
export type Bench = (write: boolean) => Promise<readonly Result[]>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort();
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}

const report: Record<string, readonly Result[]> = {};
for (const name of positionals.length > 0 ? positionals : names) {
  const module: { default: Bench } = await import(`./${name}.bench.ts`);
  const results = await module.default(values.write);
  report[name] = results;
  console.log(`\n${name}`);
  const width = Math.max(...results.map((result) => result.name.length));
  for (const { name: what, value, unit, note } of results) {
    console.log(`  ${what.padEnd(width)} ${rounded(value).padStart(12)} ${unit.padEnd(8)}  ${note ?? ''}`.trimEnd());
  }
}
if (values.check) {
  const fallen = worse(report);
  console.log(
    fallen.length === 0 ? '\nnothing is worse than last time by more than the noise' : '\nworse than last time:',
  );
  for (const line of fallen) console.log(`  ${line}`);
}
if (values.keep) keep(report);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

/** three digits that mean something */
function rounded(value: number): string {
  const number = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  return number.toLocaleString('en-GB');
}
