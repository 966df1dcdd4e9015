import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsConnection, errorFor } from '../../src/rgtp/codes.ts';
import { formatEditLogEntry, parseEditLog } from '../../src/rgtp/edit-log.ts';
import { printable, RgtpFormatError } from '../../src/rgtp/errors.ts';
import { formatHex32, parseHex32 } from '../../src/rgtp/hex.ts';
import { itemIdAt, parseItemId } from '../../src/rgtp/item-id.ts';
import { parseItemStatus } from '../../src/rgtp/item-status.ts';
import { motdFieldOrder, parseMotd } from '../../src/rgtp/motd.ts';
import { clientProof, nonce, parseSecret, serverProof } from '../../src/rgtp/proof.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { commands, readTranscript, transcripts } from '../support/transcript.ts';
import { uint32 } from './arbitraries.ts';

const recorded = (file: string) => readTranscript(file).flatMap((session) => [...commands(session)]);

describe('hex', () => {
  it('survives a round trip', () => {
    fc.assert(fc.property(uint32, (n) => parseHex32(formatHex32(n)) === n));
    expect(formatHex32(2 ** 32 + 10)).toBe('0000000A');
    expect(parseHex32('6b020c6c')).toBe(0x6b020c6c);
    for (const bad of ['', '1', '0x000001', ' 0000001', '000000001', '0000000g', '-0000001'])
      expect(parseHex32(bad)).toBeUndefined();
  });
});

describe('item ids', () => {
  it('are a letter and seven digits', () => {
    expect(parseItemId('p3242146')).toBe('P3242146');
    for (const bad of ['', 'P324214', 'P32421466', '13242146', 'P324214x', ' P3242146'])
      expect(parseItemId(bad)).toBeUndefined();
  });

  it('tell the minute they were made in', () => {
    expect(itemIdAt(Date.UTC(2026, 10, 21, 21, 46) / 1000)).toBe('P3242146');
    expect(itemIdAt(Date.UTC(1985, 0, 1, 0, 0) / 1000)).toBe('A0000000');
    expect(itemIdAt(Date.UTC(2024, 11, 31, 23, 59, 59) / 1000)).toBe('N3652359');
    expect(itemIdAt(Date.UTC(2011, 0, 1) / 1000)).toBe('A0000000');
  });
});

describe('item status', () => {
  it('is read from every STAT recorded', () => {
    let answers = 0;
    for (const { command, response } of transcripts().flatMap(recorded)) {
      if (response.code !== 211) continue;
      expect(command).toMatch(/^STAT/i);
      expect(parseItemStatus(response.text).lastReply).toBeGreaterThan(0);
      answers++;
    }
    expect(answers).toBeGreaterThan(10);
    expect(parseItemStatus(octets`P3521492 P8703217 0000000a 00000008 A first item`)).toEqual({
      continuedFrom: 'P3521492',
      continuedIn: 'P8703217',
      lastEdit: 10,
      lastReply: 8,
      subject: 'A first item',
    });
  });

  it('accepts missing blanks at the end, and nothing else', () => {
    expect(parseItemStatus(octets``)).toEqual({
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: undefined,
      subject: undefined,
    });
    for (const bad of [
      'x',
      '        x',
      'P3521492P8703217 00000001 00000002',
      'P3521492 P8703217 00000001 00000002x',
    ]) {
      expect(() => parseItemStatus(latin1(bad))).toThrow(RgtpFormatError);
    }
  });
});

describe('the edit log', () => {
  it('is read as recorded, and written the same', () => {
    const logs = recorded('10-edit').filter((c) => c.command === 'ELOG' && (c.response.data?.length ?? 0) > 0);
    expect(logs.length).toBeGreaterThan(1);
    for (const { response } of logs) {
      const entries = parseEditLog((response.data ?? []).map(latin1));
      expect(entries.flatMap(formatEditLogEntry)).toEqual(response.data);
    }
    expect(parseEditLog((logs.at(-1)?.response.data ?? []).map(latin1))).toEqual(
      expect.arrayContaining([
        {
          kind: 'edited',
          itemId: 'P3242200',
          userid: 'ed@rgtp.test',
          when: '21.46 on Sat 21 Nov',
          sequence: 0x2b,
          reason: ['Rude word removed'],
        },
        expect.objectContaining({ kind: 'withdrawn', itemId: 'P3242201', sequence: 0x2e }),
        expect.objectContaining({ kind: 'index', itemId: undefined }),
      ]),
    );
  });

  it('passes over what is no entry', () => {
    expect(
      parseEditLog([octets`noise`, octets``, octets`Item P3242200 edited by u at t (#0000002B):`, octets`why`]),
    ).toMatchObject([{ reason: ['why'] }]);
    expect(parseEditLog([])).toEqual([]);
  });
});

describe('the message of the day', () => {
  const NOW = 0x6b0300_00;

  it('is read with its fields in both orders', () => {
    const groggsd = recorded('05-motd-mots').filter((c) => c.command === 'MOTD');
    expect(
      parseMotd(
        (groggsd[0]?.response.data ?? []).map(latin1),
        motdFieldOrder('230 Experimental GROGGS system RGTP server'),
        NOW,
      ),
    ).toEqual({
      sequence: 1,
      time: 0x6b02111b,
      lines: [
        'Welcome to the test board.',
        '',
        '^ a line that starts with a caret',
        '^^ two carets',
        '.a line that starts with a dot',
        '..two dots',
        'A trailing blank',
        'last line',
      ],
    });
    expect(motdFieldOrder('231 Spurge RGTP server ready')).toBe('sequence-first');
    expect(parseMotd([octets`00000002 6B02111B`, octets`x`], 'sequence-first', NOW)).toEqual({
      sequence: 2,
      time: 0x6b02111b,
      lines: ['x'],
    });
    expect(parseMotd([octets`00000000 00000000`], 'sequence-first', NOW)).toEqual({ sequence: 0, time: 0, lines: [] });
  });

  it('is read the other way round where the time would be impossible', () => {
    expect(parseMotd([octets`6B02111B 00000001`], 'sequence-first', NOW)).toMatchObject({
      sequence: 1,
      time: 0x6b02111b,
    });
    expect(parseMotd([octets`00000001 6B02111B`], 'time-first', NOW)).toMatchObject({ sequence: 1, time: 0x6b02111b });
  });

  it('needs two numbers', () => {
    for (const bad of [[], ['x'], ['00000001'], ['00000001 00000002 00000003']]) {
      expect(() => parseMotd(bad.map(latin1), 'sequence-first')).toThrow(RgtpFormatError);
    }
  });
});

describe('proofs', () => {
  const SECRETS: Record<string, string> = {
    'ann@rgtp.test': '00112233445566778899AABBCCDDEEFF',
    'ed@rgtp.test': 'ED17ED17ED17ED17',
  };

  it('are those of the recordings', () => {
    let proofs = 0;
    for (const session of ['02-auth-ok', '04-alvl', '05-motd-mots', '10-edit', 'spurge-01'].flatMap(readTranscript)) {
      let userid = octets``;
      let serverNonce = '';
      for (const { command, response } of commands(session)) {
        const [verb = '', first = '', second = ''] = command.split(/ +/);
        if (verb.toUpperCase() === 'USER') userid = latin1(first);
        if (response.code === 333) serverNonce = response.text;
        const secret = parseSecret(SECRETS[userid.toLowerCase()] ?? '');
        const hash = response.preliminary.find((status) => status.code === 133);
        if (verb !== 'AUTH' || hash === undefined || secret === undefined) continue;
        const proof = {
          clientNonce: Buffer.from(second, 'hex'),
          serverNonce: Buffer.from(serverNonce, 'hex'),
          userid,
          secret,
          foldWholeUserid: session.file.startsWith('spurge'),
        };
        expect(clientProof(proof).toString('hex')).toBe(first.toLowerCase());
        expect(serverProof(proof).toString('hex')).toBe(hash.text.toLowerCase());
        proofs++;
      }
    }
    expect(proofs).toBeGreaterThan(10);
  });

  it('take the userid as the specification folds it', () => {
    const proof = { clientNonce: Buffer.alloc(16), serverNonce: Buffer.alloc(16, 1), secret: Buffer.from('22', 'hex') };
    const upper = clientProof({ ...proof, userid: octets`Ann@RGTP.test` });
    expect(clientProof({ ...proof, userid: octets`Ann@rgtp.TEST` })).toEqual(upper);
    expect(clientProof({ ...proof, userid: octets`ann@rgtp.test` })).not.toEqual(upper);
    expect(clientProof({ ...proof, userid: octets`ann@rgtp.test`, foldWholeUserid: true })).toEqual(
      clientProof({ ...proof, userid: octets`ANN@rgtp.test`, foldWholeUserid: true }),
    );
    expect(clientProof({ ...proof, userid: latin1('x'.repeat(17)) })).toEqual(
      clientProof({ ...proof, userid: latin1('x'.repeat(16)) }),
    );
  });

  it('never use a nonce twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => nonce().toString('hex'))).size).toBe(100);
    expect(nonce()).toHaveLength(16);
  });

  it('take secrets as people type them', () => {
    expect(parseSecret(' 0011 22ff ')).toEqual(Buffer.from('001122ff', 'hex'));
    for (const bad of ['', 'xyz', '123', '12 3g']) expect(parseSecret(bad)).toBeUndefined();
  });
});

describe('codes', () => {
  it.each([
    [410, 'no-such-item'],
    [421, 'full'],
    [423, 'bad-text'],
    [481, 'unavailable'],
    [482, 'refused'],
    [484, 'internal'],
    [530, 'no-access'],
    [531, 'no-access'],
    [499, 'internal'],
    [599, 'bug'],
    [220, 'nonsense'],
  ])('%i is %s', (code, kind) => {
    const error = errorFor('ITEM', { code, text: octets`why\x07` });
    expect(error).toMatchObject({ kind, code, message: `ITEM was answered "${code} why\\x07"` });
  });

  it('know which answers end the connection', () => {
    expect([481, 482, 483, 484, 582, 410, 500].map(endsConnection)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

it('printable shows lines safely', () => {
  expect(printable(octets`a"b\\c\r\x1b\xff`)).toBe('"a\\"b\\\\c\\x0d\\x1b\\xff"');
});
