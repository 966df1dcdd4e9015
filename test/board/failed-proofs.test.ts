import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FailedProofs } from '../../src/board/failed-proofs.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { addUser, dial, openBoard, secrets } from './boards.ts';

const ANN = latin1('ann@rgtp.test');

describe('the answers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('to wrong proofs come ever later, up to a bound; another address does not pay for it', async () => {
    const proofs = new FailedProofs(20);
    const answered = vi.fn();
    for (const delay of [20, 40, 80, 160, 320, 320]) {
      proofs.failed('192.0.2.1', ANN).then(answered);
      await vi.advanceTimersByTimeAsync(delay - 1);
      expect(answered).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(answered).toHaveBeenCalledOnce();
      answered.mockClear();
    }
    proofs.failed('192.0.2.2', ANN).then(answered);
    await vi.advanceTimersByTimeAsync(20);
    expect(answered).toHaveBeenCalledOnce();
  });
});

describe('after too many', () => {
  /** How many proofs are looked at, all of them wrong. */
  function looks(proofs: FailedProofs, guesses: Iterable<readonly [address: string | undefined, userid: string]>) {
    let looked = 0;
    for (const [address, userid] of guesses) {
      if (!proofs.mayTry(address, latin1(userid))) continue;
      looked++;
      void proofs.failed(address, latin1(userid));
    }
    return looked;
  }

  const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

  test('on one account, from however many addresses, none is looked at', () => {
    const proofs = new FailedProofs(0);
    expect(
      looks(
        proofs,
        times(200, (i) => [`192.0.2.${i}`, ANN]),
      ),
    ).toBe(10);
    expect(proofs.mayTry('198.51.100.1', latin1('other@rgtp.test'))).toBe(true);
  });

  test('from one /64 of IPv6, on however many accounts, none is looked at', () => {
    const proofs = new FailedProofs(0);
    expect(
      looks(
        proofs,
        times(300, (i) => [`2001:db8:1:2::${i.toString(16)}`, `u${i}`]),
      ),
    ).toBe(100);
    expect(proofs.mayTry('2001:db8:1:3::1', latin1('u1'))).toBe(true);
  });

  test('an account is used on from where it has been used, whatever others do', () => {
    const proofs = new FailedProofs(0);
    proofs.succeeded('192.0.2.1', ANN);
    looks(
      proofs,
      times(200, (i) => ['192.0.2.1', `u${i}`]),
    );
    looks(
      proofs,
      times(200, (i) => [`198.51.100.${i}`, ANN]),
    );
    expect(proofs.mayTry('192.0.2.1', ANN)).toBe(true);
    expect(proofs.mayTry('192.0.2.1', latin1('another'))).toBe(false);
    // Its neighbours there may not guess without end, either.
    expect(
      looks(
        proofs,
        times(200, () => ['192.0.2.1', ANN]),
      ),
    ).toBe(100);
  });

  test('a success forgives no other account', () => {
    const proofs = new FailedProofs(0);
    let looked = 0;
    for (let i = 0; i < 200; i++) {
      looked += looks(proofs, [['192.0.2.1', `u${i}`]]);
      proofs.succeeded('192.0.2.1', ANN);
    }
    expect(looked).toBe(100);
  });

  test('inside the process nobody is kept out: the news server counts by itself', () => {
    const proofs = new FailedProofs(0);
    expect(
      looks(
        proofs,
        times(300, () => [undefined, ANN]),
      ),
    ).toBe(300);
  });

  test('it is over after five minutes', () => {
    let now = 1;
    const proofs = new FailedProofs(0, () => now);
    expect(
      looks(
        proofs,
        times(20, () => ['192.0.2.1', ANN]),
      ),
    ).toBe(10);
    now += 299_000;
    expect(proofs.mayTry('192.0.2.1', ANN)).toBe(false);
    now += 2_000;
    expect(proofs.mayTry('192.0.2.1', ANN)).toBe(true);
  });
});

test('who guesses and hangs up is counted; the account’s owner gets in from where they have been', async () => {
  let refused = Promise.withResolvers<void>();
  const observer = {
    connected() {},
    loggedIn(outcome: 'accepted' | 'refused') {
      if (outcome === 'refused') refused.resolve();
    },
  };
  const board = await openBoard({ proofDelay: 3_600_000, observer });
  await addUser(board, 'bob@rgtp.test', 2, secrets.ann);
  const before = await dial(board);
  expect(await before.prove('ann@rgtp.test', secrets.ann)).toMatch(/^232/);
  for (const userid of ['ann@rgtp.test', 'bob@rgtp.test']) {
    for (let i = 0; i < 10; i++) {
      refused = Promise.withResolvers();
      const guess = await dial(board);
      guess.write(`USER ${userid}\r\n`);
      for (const code of ['130', '333']) expect(await guess.line()).toMatch(new RegExp(`^${code} `));
      guess.write(`AUTH ${'00'.repeat(16)} ${'00'.repeat(16)}\r\n`);
      await refused.promise;
      guess.socket.resetAndDestroy();
    }
  }
  const bob = await dial(board);
  expect(await bob.prove('bob@rgtp.test', secrets.ann)).toMatch(/^484 Too many failed proofs/);
  expect(await bob.line()).toBeUndefined();
  const ann = await dial(board);
  expect(await ann.prove('ann@rgtp.test', secrets.ann)).toMatch(/^232/);
});
