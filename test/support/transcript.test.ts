import { expect, it } from 'vitest';
import { commands, readTranscript, responses, transcripts } from './transcript.ts';

it('finds the recordings', () => {
  expect(transcripts()).toHaveLength(30);
  for (const name of transcripts()) expect(() => readTranscript(name)).not.toThrow();
});

it('splits a recording into sessions', () => {
  const sessions = readTranscript('02-auth-ok');
  expect(sessions).toHaveLength(6);
  expect(sessions[0]?.exchanges[0]).toEqual({
    client: [],
    server: ['230 Experimental GROGGS system RGTP server ready (no access yet)'],
    notes: [],
  });
  expect(sessions.map((s) => s.exchanges[1]?.client[0])).toEqual([
    'USER ann@rgtp.test',
    'USER ANN@RGTP.TEST',
    'USER ann@RGTP.TEST',
    'user   ed@rgtp.test  3  ',
    'USER newbie@rgtp.test',
    'USER newbie@rgtp.test',
  ]);
});

it('keeps connections apart', () => {
  const sessions = readTranscript('09-full-cont');
  expect(sessions.map((s) => [s.connection, s.exchanges[1]?.client[0]])).toEqual([
    ['1', 'USER ann@rgtp.test'],
    ['2', 'USER spqr1@cam'],
  ]);
  const editors = readTranscript('10-edit').filter((s) => s.connection === '1');
  expect(editors.map((s) => s.exchanges.length > 5)).toEqual([true, true]);
});

it('unstuffs data and unescapes octets', () => {
  const all = readTranscript('06-posting').flatMap((s) => [...commands(s)]);
  const item = all.findLast((c) => c.command === 'ITEM P3242146');
  const data = item?.response.data;
  expect(data?.[0]).toBe('                           00000010');
  expect(data).toContain('.dot');
  expect(data).toContain('...');
  expect(data).toContain('Latin-1: caf\xe9 \xa3 \xa0nbsp\xa0');
  expect(data).toContain('cr\rinside');
});

it('keeps 1xx lines with their answer', () => {
  expect(responses(['120 P3242109', '220 00000006  Item inserted and index updated.', '280 Goodbye.'])).toEqual([
    {
      code: 220,
      text: '00000006  Item inserted and index updated.',
      preliminary: [{ code: 120, text: 'P3242109' }],
      data: undefined,
    },
    { code: 280, text: 'Goodbye.', preliminary: [], data: undefined },
  ]);
});
