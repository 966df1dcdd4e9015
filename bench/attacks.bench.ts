/**
 * Attacks on a whole server with 100,000 posts, one after the other: what a well-behaved reader waits for before and
 * during them, and what the process holds before, at most and after. Prints the table of docs/security.md; `--write` puts it
 * there. Some 5 minutes on a quiet machine. `ATTACKS_ONLY=WORDS,WORDS` takes the attacks that are named so,
 * `ATTACKS_PROFILE=1` tells what held the loop in the longest turns. `ATTACKS_FRESH=1` makes each attack three times on a
 * server of its own, small and just started, whose memory has nothing to hide growth in.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { tlsFiles } from '../test/support/tls-files.ts';
import type { Bench, Result } from './main.ts';
import { type AttackedServer, type Look, startAttacked } from './support/attacked-process.ts';
import { type Attack, attacks, NEWSGROUP } from './support/attacks.ts';

const POSTS = Number(process.env['ATTACKS_POSTS'] ?? 100_000);
const ONLY = process.env['ATTACKS_ONLY']?.split(',');
const PROFILED = process.env['ATTACKS_PROFILE'] !== undefined;
/** ms of a turn that a profile explains */
const LONG = 10;
const FRESH = process.env['ATTACKS_FRESH'] !== undefined;
const FEW_POSTS = 130;
/** how often a fresh server is attacked */
const AGAIN = 3;
const EDITS = 3000;
const HEAD = [
  '| attack | a reader waits, p99 before → during, ms | longest turn (collecting garbage), ms | held before → at most → after, MB | resident before → at most → after, MB |',
  '|---|---|---|---|---|',
];
const SHORT_HEAD = [
  '| attack | a reader waits, p99 before → during, ms | resident before → at most → after, MB |',
  '|---|---|---|',
];
/** rows of the README: what readers waited longest for */
const WORST = 4;
/** ms before and after each attack */
const CALM = 1000;

interface Measured {
  readonly before: Look;
  readonly during: Look;
  readonly after: Look;
}

interface Row extends Omit<Measured, 'before'> {
  readonly name: string;
  /** `undefined`: there was nothing before it */
  readonly before: Look | undefined;
}

const bench: Bench = (write) => (FRESH ? onFreshServers() : inARow(write));
export default bench;

const chosen = Object.entries(attacks).filter(([name]) => ONLY?.some((words) => name.includes(words)) ?? true);

function serverWith(posts: number): Promise<AttackedServer> {
  const { certificate, key } = tlsFiles('first');
  return startAttacked({
    posts,
    edits: EDITS,
    reads: NEWSGROUP,
    profiled: PROFILED,
    settings: {
      LISTEN: 'nntp://127.0.0.1:0,nntps://127.0.0.1:0',
      TLS_CERTIFICATE: certificate,
      TLS_KEY: key,
    },
  });
}

/** One server, and one attack after the other. */
async function inARow(write: boolean): Promise<Result[]> {
  const server = await serverWith(POSTS);
  const posts = POSTS.toLocaleString('en-GB');
  const start = { before: undefined, during: server.start, after: server.start };
  const rows: Row[] = [{ name: `start, with the first synchronisation of ${posts} posts`, ...start }];
  try {
    // Mirrors go on in the background for a while.
    await pause(5000);
    for (const [name, attack] of chosen) {
      const row = { name, ...(await measured(server, attack)) };
      const { during } = row;
      if (PROFILED && during.longest > LONG) console.log([name, ...during.culprits].join('\n    '));
      rows.push(row);
    }
  } finally {
    await server.close();
  }
  const table = [...HEAD, ...rows.map(longRow)];
  console.log(table.join('\n'));
  if (write) {
    const worst = rows.filter(({ before }) => before !== undefined).sort((a, b) => b.during.waited - a.during.waited);
    put('docs/security.md', HEAD, table);
    put('README.md', SHORT_HEAD, [...SHORT_HEAD, ...worst.slice(0, WORST).map(shortRow)]);
  }
  return rows.slice(1).map(({ name, before, during }) => ({
    name,
    value: during.waited,
    unit: 'ms',
    note: `p99; ${before?.waited.toFixed(1)} ms before`,
  }));
}

async function measured(server: AttackedServer, attack: Attack): Promise<Measured> {
  await server.look(true);
  await pause(CALM);
  const before = await server.look(true);
  await attack(server);
  const during = await server.look();
  await pause(CALM);
  return { before, during, after: await server.look(true) };
}

/** How much resident memory is left after an attack, times that of before; and after the same again, and again. */
async function onFreshServers(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, attack] of chosen) {
    const server = await serverWith(FEW_POSTS);
    try {
      await pause(CALM);
      const times: Measured[] = [];
      while (times.length < AGAIN) times.push(await measured(server, attack));
      const base = times[0]?.before.rss ?? 1;
      const ratios = times.map(({ after }) => after.rss / base);
      const note = `then ${ratios.slice(1).map((ratio) => ratio.toFixed(2))}; ${base.toFixed(0)} MB before`;
      results.push({ name, value: ratios[0] ?? 0, unit: '×', note });
    } finally {
      await server.close();
    }
  }
  return results;
}

/** In place of the table with the same head. */
function put(file: string, [head = '']: readonly string[], table: readonly string[]): void {
  const path = new URL(`../${file}`, import.meta.url);
  const before = readFileSync(path, 'utf8');
  const from = before.indexOf(head);
  const to = before.indexOf('\n\n', from);
  if (from < 0 || to < 0) throw new Error(`${file} has no table of attacks`);
  writeFileSync(path, before.slice(0, from) + table.join('\n') + before.slice(to));
}

function longRow(row: Row): string {
  const { name, before, during, after } = row;
  const longest = `${during.longest.toFixed(1)} (${during.collecting.toFixed(1)})`;
  const held = mb((before ?? during).held, during.mostHeld, after.held);
  return `| ${[name, waits(row), longest, held, resident(row)].join(' | ')} |`;
}

function shortRow(row: Row): string {
  return `| ${[row.name, waits(row), resident(row)].join(' | ')} |`;
}

function waits({ before, during }: Row): string {
  return before === undefined ? '–' : `${before.waited.toFixed(1)} → ${during.waited.toFixed(1)}`;
}

function resident({ before, during, after }: Row): string {
  return mb((before ?? during).rss, during.peak, after.rss);
}

function mb(...values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(' → ');
}
