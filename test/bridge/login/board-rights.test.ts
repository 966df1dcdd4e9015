import { expect, test } from 'vitest';
import { BoardRights, type LiveAccounts } from '../../../src/bridge/login/board-rights.ts';
import { latin1 } from '../../../src/wire/octets.ts';

const ANN = { userid: latin1('ann@rgtp.test'), secret: Buffer.from('secret') };

/** What SQLite says of a disk from which nothing comes any more, depending on what it was reading. */
const failures = [
  [10, 'disk I/O error', "the server's disk fails; try again later"],
  [11, 'database disk image is malformed', "the server's database can't be read; try again later"],
] as const;

test.each(failures)('while accounts can’t be read (%i), nobody has rights, and is told why', (errcode, words, told) => {
  let fails = true;
  const read = <T>(value: T): T => {
    if (fails) throw Object.assign(new Error(words), { errcode });
    return value;
  };
  const accounts: LiveAccounts = {
    get generation() {
      return read(1);
    },
    access: (_userid, secret) => read(secret === undefined ? 1 : 2),
    isDisabled: () => read(false),
    onChange: () => () => {},
  };
  const rights = new BoardRights(accounts);
  for (const use of [() => rights.guest, () => rights.level(ANN), () => rights.refusal(ANN)]) {
    expect(use).toThrow(expect.objectContaining({ kind: 'unavailable', message: told }));
  }
  // Nobody is there to be told.
  expect(rights.holds(ANN)).toBe(false);
  fails = false;
  expect(rights.holds(ANN)).toBe(true);
  expect([rights.guest, rights.level(ANN)]).toEqual([1, 2]);
});

test('accounts that could not be read when they changed are read at the next use', () => {
  let fails = true;
  const access = () => {
    if (fails) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    return 1;
  };
  const rights = new BoardRights({ generation: 1, access, isDisabled: () => false, onChange: () => () => {} });
  expect(() => rights.guest).toThrow('disk fails');
  fails = false;
  expect(rights.guest).toBe(1);
});

test('a bug is no trouble of the disk', () => {
  const bug = () => {
    throw new TypeError('bug');
  };
  const rights = new BoardRights({ generation: 1, access: bug, isDisabled: bug, onChange: () => () => {} });
  expect(() => rights.guest).toThrow(TypeError);
});
