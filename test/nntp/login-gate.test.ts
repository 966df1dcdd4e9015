import { expect, test } from 'vitest';
import { Refusal } from '../../src/nntp/backend.ts';
import { defaultLimits, type Limits } from '../../src/nntp/limits.ts';
import { LoginGate } from '../../src/nntp/login-gate.ts';

/** A gate with a clock of its own, and a count of the guesses that came through. */
class World {
  time = 1_000_000;
  tried = 0;
  /** how late failures were answered, in ms */
  readonly waits: number[] = [];
  readonly gate: LoginGate;

  constructor(limits: Partial<Limits> = {}) {
    const clock = () => this.time;
    this.gate = new LoginGate({ ...defaultLimits, ...limits }, clock, async (ms) => void this.waits.push(ms));
  }

  guess(address: string, user = 'ann'): Promise<never> {
    return this.gate.attempt({ address, user }, async () => {
      this.tried++;
      throw new Refusal('bad-credentials', 'no');
    });
  }

  right(address: string, user = 'ann'): Promise<string> {
    return this.gate.attempt({ address, user }, async () => 'in');
  }

  /** How many of many parallel guesses come through. */
  async parallel(count: number, attempt: (n: number) => Promise<never>): Promise<number> {
    const before = this.tried;
    const all = await Promise.allSettled(Array.from({ length: count }, (_, n) => attempt(n)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    return this.tried - before;
  }
}

const TOO_MANY = /Too many failed logins/;

test('after some failures an address is refused without a check, until the pause is over', async () => {
  const world = new World({ failedLogins: 4, loginPause: 60_000 });
  for (let n = 0; n < 4; n++) await expect(world.guess('192.0.2.1', `user ${n}`)).rejects.toThrow('no');
  await expect(world.guess('192.0.2.1', 'other')).rejects.toThrow('Too many failed logins; try again in 1 min');
  await expect(world.right('192.0.2.1', 'other')).rejects.toThrow(TOO_MANY);
  expect(world.tried).toBe(4);
  expect(await world.right('192.0.2.2', 'other')).toBe('in');
  world.time += 60_000;
  expect(await world.right('192.0.2.1', 'other')).toBe('in');
});

test('the first guesses, all at once, are counted before they begin', async () => {
  const world = new World({ failedLogins: 10 });
  expect(await world.parallel(90, (n) => world.guess('192.0.2.1', `user ${n}`))).toBe(10);
  await expect(world.guess('192.0.2.1', 'one more')).rejects.toThrow(TOO_MANY);
});

test('guesses that fail one after the other let no more through than those that fail together', async () => {
  const world = new World({ failedLogins: 10 });
  const late = (n: number): Promise<never> =>
    world.gate.attempt({ address: '192.0.2.1', user: `user ${n}` }, async () => {
      world.tried++;
      for (let turn = 0; turn < n; turn++) await new Promise(setImmediate);
      throw new Refusal('bad-credentials', 'no');
    });
  expect(await world.parallel(90, late)).toBe(10);
});

test('a crowd that waits for a guess to fail is refused a few at a time', async () => {
  const world = new World({ failedLogins: 1 });
  let refused = 0;
  const crowd = Array.from({ length: 200 }, (_, n) =>
    world.guess(`192.0.2.${n}`).catch(() => {
      refused++;
    }),
  );
  const counts: number[] = [];
  while (refused < 200) {
    const before = refused;
    await new Promise(setImmediate);
    counts.push(refused - before);
  }
  await Promise.all(crowd);
  expect(world.tried).toBe(1);
  expect(Math.max(...counts)).toBeLessThanOrEqual(41);
});

test('many logins at once from one address do not count as guesses', async () => {
  const world = new World({ failedLogins: 3 });
  const all = await Promise.all(Array.from({ length: 50 }, (_, n) => world.right('192.0.2.1', `user ${n}`)));
  expect(all).toEqual(Array(50).fill('in'));
});

test('a crowd that waits to log in is not woken for each who has', async () => {
  let looks = 0;
  const limits = {
    ...defaultLimits,
    get failedLogins() {
      looks++;
      return 10;
    },
  };
  const gate = new LoginGate(limits, () => 0);
  const right = (n: number) =>
    gate.attempt({ address: `192.0.2.${n % 5}`, user: 'ann' }, () => new Promise(setImmediate));
  await Promise.all(Array.from({ length: 500 }, (_, n) => right(n)));
  expect(looks).toBeLessThan(20 * 500);
});

test('guesses at one account are limited, from however many addresses', async () => {
  const world = new World({ failedLogins: 5 });
  expect(await world.parallel(90, (n) => world.guess(`192.0.2.${n}`, 'ann'))).toBe(5);
  // However the name is written.
  expect(await world.parallel(20, (n) => world.guess(`198.51.100.${n}`, n % 2 ? 'ANN' : 'gossip:ann'))).toBe(0);
  expect(await world.right('203.0.113.1', 'bob')).toBe('in');
});

test('people log in from where they have before, whatever others do to their account', async () => {
  const world = new World({ failedLogins: 3 });
  expect(await world.right('203.0.113.7', 'ann')).toBe('in');
  expect(await world.parallel(50, (n) => world.guess(`192.0.2.${n}`, 'ann'))).toBe(3);
  expect(await world.right('203.0.113.7', 'ann')).toBe('in');
  await expect(world.right('203.0.113.8', 'ann')).rejects.toThrow(TOO_MANY);
});

test('an IPv6 customer is one address', async () => {
  const world = new World({ failedLogins: 4 });
  expect(await world.parallel(50, (n) => world.guess(`2001:db8:1:2::${n.toString(16)}`, `user ${n}`))).toBe(4);
  await expect(world.guess('2001:db8:1:2:ffff::1', 'x')).rejects.toThrow(TOO_MANY);
  await expect(world.guess('2001:db8:1:3::1', 'x')).rejects.toThrow('no');
});

test('a success forgives its own account, so that typing errors are forgotten', async () => {
  const world = new World({ failedLogins: 2 });
  for (let round = 0; round < 5; round++) {
    await expect(world.guess('192.0.2.1', 'ann')).rejects.toThrow('no');
    expect(await world.right('192.0.2.1', 'ann')).toBe('in');
  }
});

test('a success forgives no other account: an account of one’s own does not help in guessing', async () => {
  const world = new World({ failedLogins: 4 });
  expect(await world.right('192.0.2.1', 'mallory')).toBe('in');
  for (let n = 0; n < 4; n++) {
    await expect(world.guess('192.0.2.1', 'ann')).rejects.toThrow('no');
    if (n < 3) expect(await world.right('192.0.2.1', 'mallory')).toBe('in');
  }
  expect(await world.right('192.0.2.1', 'mallory')).toBe('in');
  await expect(world.guess('192.0.2.1', 'ann')).rejects.toThrow(TOO_MANY);
});

test('who shares an address with somebody who guesses logs in as before, without waiting for the guesses', async () => {
  const world = new World({ failedLogins: 3 });
  expect(await world.right('192.0.2.1', 'bob')).toBe('in');
  const hung = Promise.withResolvers<never>();
  const attempts = Array.from({ length: 90 }, (_, n) =>
    world.gate.attempt({ address: '192.0.2.1', user: `user ${n}` }, () => hung.promise),
  );
  expect(await world.right('192.0.2.1', 'bob')).toBe('in');
  hung.reject(new Refusal('bad-credentials', 'no'));
  await Promise.allSettled(attempts);
  await expect(world.right('192.0.2.1', 'carol')).rejects.toThrow(TOO_MANY);
  expect(await world.right('192.0.2.1', 'bob')).toBe('in');
});

test('guesses at an account from where it is used are limited, and count for the address', async () => {
  const world = new World({ failedLogins: 4, loginPause: 60_000 });
  expect(await world.right('192.0.2.1', 'bob')).toBe('in');
  expect(await world.parallel(50, () => world.guess('192.0.2.1', 'bob'))).toBe(4);
  await expect(world.right('192.0.2.1', 'bob')).rejects.toThrow(TOO_MANY);
  await expect(world.guess('192.0.2.1', 'ann')).rejects.toThrow(TOO_MANY);
  world.time += 60_000;
  // What is over does not count again with the next failure.
  await expect(world.guess('192.0.2.1', 'bob')).rejects.toThrow('no');
  await expect(world.guess('192.0.2.1', 'ann')).rejects.toThrow('no');
});

test('the owner’s logins give those who guess no further tries', async () => {
  const world = new World({ failedLogins: 4 });
  for (let n = 0; n < 4; n++) {
    await expect(world.guess(`192.0.2.${n}`, 'ann')).rejects.toThrow('no');
    if (n < 3) expect(await world.right('203.0.113.7', 'ann')).toBe('in');
  }
  await expect(world.guess('192.0.2.99', 'ann')).rejects.toThrow(TOO_MANY);
});

test('an attempt while the backend is away does not count as a guess', async () => {
  const world = new World({ failedLogins: 1 });
  const away = () => Promise.reject(new Refusal('unavailable', 'away'));
  for (let n = 0; n < 3; n++) {
    await expect(world.gate.attempt({ address: '192.0.2.1', user: 'ann' }, away)).rejects.toThrow('away');
  }
  expect(await world.right('192.0.2.1')).toBe('in');
});

test('each failure is answered later than the one before', async () => {
  const world = new World({ loginDelay: 5, loginDelayMax: 20, failedLogins: 4 });
  for (let n = 0; n < 4; n++) await expect(world.guess('192.0.2.1')).rejects.toThrow('no');
  expect(world.waits).toEqual([5, 10, 20, 20]);
});
