import { expect, test } from 'vitest';
import { boundedLog } from '../../src/wire/bounded-log.ts';
import { recordedLog } from '../support/recorded-log.ts';

function recorded() {
  const { log, leveled: lines } = recordedLog();
  let time = 0;
  const pass = (ms: number) => {
    time += ms;
  };
  return { lines, pass, bounded: boundedLog(log, () => time) };
}

test.each(['debug', 'info', 'warn', 'error'] as const)(
  '%s: one address is heard so often, others are heard all the same',
  (level) => {
    const { bounded, lines } = recorded();
    for (let n = 0; n < 10_000; n++) bounded[level]({ address: '192.0.2.1' }, 'login refused');
    expect(lines).toHaveLength(30);
    bounded[level]({ address: '192.0.2.2' }, 'login refused');
    bounded[level]({ address: '192.0.2.1' }, 'connection refused');
    expect(lines.slice(30)).toEqual([
      `${level} login refused {"address":"192.0.2.2"}`,
      `${level} connection refused {"address":"192.0.2.1"}`,
    ]);
  },
);

test('many addresses together fill it no more than that, and a /64 is one', () => {
  const { bounded, lines } = recorded();
  for (let n = 0; n < 10_000; n++) bounded.warn({ address: `2001:db8:1:2::${n.toString(16)}` }, 'one customer');
  expect(lines).toHaveLength(30);
  for (let n = 0; n < 10_000; n++) bounded.warn({ address: `10.0.${n >> 8}.${n & 255}` }, 'many');
  expect(lines).toHaveLength(330);
});

test('what was left out is counted, and later there is room again', () => {
  const { bounded, lines, pass } = recorded();
  for (let n = 0; n < 50; n++) bounded.child({ address: '192.0.2.1' }).info({}, 'post refused');
  pass(60_000);
  bounded.info({ address: '192.0.2.1' }, 'post refused');
  expect(lines.slice(30)).toEqual([
    'warn lines left out: clients cause too many of them {"suppressed":20,"message":"post refused"}',
    'info post refused {"address":"192.0.2.1"}',
  ]);
});

test('of lines that nobody asked for, none is left out', () => {
  const { log, leveled: lines } = recordedLog();
  let time = 0;
  let isWritten = false;
  const bounded = boundedLog({ ...log, isWritten: () => isWritten }, () => time);
  for (let n = 0; n < 50; n++) bounded.debug({ address: '192.0.2.1' }, 'connection opened');
  time += 60_000;
  isWritten = true;
  bounded.debug({ address: '192.0.2.1' }, 'connection opened');
  expect(lines).toEqual(['debug connection opened {"address":"192.0.2.1"}']);
});
