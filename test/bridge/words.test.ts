import { expect, test } from 'vitest';
import { refusalFor } from '../../src/bridge/posting/refusals.ts';
import { wordsOf } from '../../src/bridge/words.ts';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { NotAskedError } from '../../src/rgtp/client/shared-connection.ts';
import { errorFor } from '../../src/rgtp/codes.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { scriptedServer } from '../support/scripted-server.ts';

test.each([
  ['Latin-1', 'Le sujet est trop long: caf\xe9 "\\x"', 'Le sujet est trop long: café "\\x"'],
  ['UTF-8', 'caf\xc3\xa9', 'café'],
  ['controls', 'a\x07b', 'a b'],
])('what the board said is decoded: %s', (_, text, shown) => {
  const error = errorFor('NEWI', { code: 424, text: latin1(text) });
  expect(wordsOf(error)).toBe(shown);
  expect(refusalFor(error)).toMatchObject({ kind: 'rejected', message: `Subject: the board refuses it: ${shown}` });
});

test('where it said nothing, what happened', () => {
  expect(wordsOf(errorFor('NEWI', { code: 424, text: latin1('') }))).toBe('NEWI was answered "424 "');
  expect(wordsOf(new RgtpError('bad-subject', 'Subject has\r\n600 octets'))).toBe('Subject has 600 octets');
});

test('that the board cannot be reached comes with what it said', async () => {
  const server = await scriptedServer(async (peer) => {
    peer.say('482 Ferm\xe9 pour l’hiver'.replace('’', "'"));
    peer.close();
  });
  const failure = await RgtpConnection.open({ host: server.host, port: server.port }).catch((error: unknown) => error);
  // Whoever waits for another connection meanwhile is told the same.
  for (const error of [failure, new NotAskedError(failure)]) {
    expect(refusalFor(error)).toMatchObject({ message: expect.stringContaining("Fermé pour l'hiver") });
  }
  await server.done();
});
