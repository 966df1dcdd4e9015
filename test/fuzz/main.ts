/**
 * `npm run fuzz [-- OPTION…]`: throws generated and mutated input at every parser and protocol. Exits with 1 if one of
 * them broke; the input, made small, is then in `test/fuzz/failures/` with the command that runs it again.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Cost } from './budget.ts';
import { runAll } from './crew.ts';
import { type Failure, keepFailure } from './failure.ts';
import { faultOf } from './run-target.ts';
import { isWorld, type Target } from './target.ts';
import { targets } from './targets.ts';

const USAGE = `npm run fuzz -- [--seconds N] [--target NAME]… [--seed TEXT] [--threads N]
                [--from N] [--to N] [--cases N] [--slack N]
                [--target NAME --case FILE] [--list]
  --seconds N    how long in all, on the clock. Default 60
  --target NAME  only this target; may be given several times
  --seed TEXT    cases depend on nothing else. Default: the time
  --threads N    targets under test at a time. Default: one per processor, two at most
  --from N       number of the first case. Default 0
  --to N         number of the case before which a target ends, however long it takes
  --cases N      so many of each parser, a hundredth of it of what needs a server, however long it takes
  --slack N      how often 20 ms of CPU a case may take; the more, the busier the machine may be. Default 1
  --case FILE    runs the input in FILE through the target
  --list         names the targets`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: String(Date.now()) },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    from: { type: 'string', default: '0' },
    to: { type: 'string' },
    cases: { type: 'string' },
    slack: { type: 'string', default: '1' },
    case: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Servers take longer a case than parsers, and get more time. */
const WORLD_SHARE = 5;
/** A case of a server costs as much as so many of a parser. */
const WORLD_DEARER = 100;
/** Case numbers are 32 bits. */
const ENDLESS = 2 ** 31 - 1;

function chosen(): readonly Target[] {
  const unknown = values.target.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) fail(`no such target: ${unknown.join(', ')}; --list names them`);
  return values.target.length === 0 ? targets : targets.filter(({ name }) => values.target.includes(name));
}

function number(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) fail(`--${option}: ${text} is no whole number`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

async function oneCase(file: string): Promise<boolean> {
  const [target, ...more] = chosen();
  if (values.target.length === 0 || target === undefined || more.length > 0) fail('--case needs one --target');
  const error = await faultOf(target, readFileSync(file));
  if (error === undefined) console.log('fine');
  else console.log(error instanceof Error ? error.stack : error);
  return error === undefined;
}

async function fuzz(): Promise<boolean> {
  const chosenTargets = chosen();
  const threads = Math.max(1, number(values.threads, 'threads'));
  const shareOf = (target: Target) => (isWorld(target) ? WORLD_SHARE : 1);
  const shares = chosenTargets.reduce((sum, target) => sum + shareOf(target), 0);
  const budget = number(values.seconds, 'seconds') * 1000 * Math.min(threads, chosenTargets.length);
  const from = number(values.from, 'from');
  const slack = Math.max(1, number(values.slack, 'slack'));
  const toOf = (target: Target) => {
    if (values.to !== undefined) return number(values.to, 'to');
    if (values.cases === undefined) return ENDLESS;
    return from + Math.ceil(number(values.cases, 'cases') / (isWorld(target) ? WORLD_DEARER : 1));
  };
  // The longest first: threads then end at about the same time.
  const orders = [...chosenTargets]
    .sort((a, b) => shareOf(b) - shareOf(a))
    .map((target) => {
      const to = toOf(target);
      const time = to === ENDLESS ? (budget * shareOf(target)) / shares : ENDLESS;
      return { target, order: { target: target.name, seed: values.seed, from, to, time, slack } };
    });
  console.log(`seed ${values.seed}`);
  const failures: Failure[] = [];
  let total = 0;
  await runAll(orders, threads, (target, outcome) => {
    total += outcome.cases;
    const faults = outcome.failures.length === 0 ? '' : `  ${outcome.failures.length} broken`;
    const dearest = outcome.dearest === undefined ? '' : `  dearest ${shown(outcome.dearest)}`;
    const count = outcome.cases.toLocaleString('en-GB').padStart(12);
    console.log(`${target.name.padEnd(24)} ${count} cases${dearest}${faults}`);
    for (const failure of outcome.failures) {
      failures.push(failure);
      console.log(`\n${target.name}: ${keepFailure(failure, values.seed)}`);
    }
  });
  console.log(`${total.toLocaleString('en-GB')} cases of ${chosenTargets.length} targets, ${failures.length} broken`);
  return failures.length === 0;
}

function shown({ cpuMs, octets }: Cost): string {
  return `${cpuMs.toFixed(1)} ms, ${(octets / 2 ** 20).toFixed(1)} MB`;
}

if (values.help) console.log(USAGE);
else if (values.list) console.log(targets.map(({ name }) => name).join('\n'));
else process.exitCode = (await (values.case === undefined ? fuzz() : oneCase(values.case))) ? 0 : 1;
