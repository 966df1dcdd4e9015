import { describe, expect, it } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import type { ClientOptions } from '../../../src/rgtp/client/options.ts';
import { clientProof, serverProof } from '../../../src/rgtp/proof.ts';
import { type Log, silent } from '../../../src/wire/log.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';
import { type Peer, type Script, scriptedServer } from '../../support/scripted-server.ts';

const GROGGSD = '230 Experimental GROGGS system RGTP server ready (no access yet)';
const SPURGE = '231 Spurge RGTP server ready (read-only; log in for more)';
const SECRET = Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex');
const NONCE = '1911026B020038E57F000001B51E7846';

/** Opens a connection to a server with this script. Returns the outcome. */
async function open(script: Script, options: Partial<ClientOptions> = {}) {
  const server = await scriptedServer(script);
  const opened = await RgtpConnection.open({ host: server.host, port: server.port, ...options }).then(
    (connection) => ({ connection, error: undefined }),
    (error: unknown) => ({ connection: undefined, error }),
  );
  await opened.connection?.close();
  await server.done();
  return opened;
}

/** Plays the server's part of the proof; `answer` gets its right hash. */
async function challenge(peer: Peer, userid: string, answer: (hash: string) => string[], fold = false): Promise<void> {
  peer.say('130 MD5  Please provide proof of identity.', `333 ${NONCE}`);
  const [, hash, clientNonce] = /^AUTH ([0-9a-f]{32}) ([0-9a-f]{32})$/.exec(await peer.expect(/^AUTH /)) ?? [];
  const proof = {
    clientNonce: Buffer.from(clientNonce ?? '', 'hex'),
    serverNonce: Buffer.from(NONCE, 'hex'),
    userid: latin1(userid),
    secret: SECRET,
    foldWholeUserid: fold,
  };
  if (hash !== clientProof(proof).toString('hex')) throw new Error('the client gave a wrong proof');
  peer.say(...answer(serverProof(proof).toString('hex').toUpperCase()));
}

const quit = (peer: Peer) => peer.expect('QUIT', '280 Goodbye.');

describe('a guest', () => {
  it('logs in as one where the server asks for it', async () => {
    const { connection } = await open(async (peer) => {
      peer.say(GROGGSD);
      await peer.expect('USER guest', '231 Unconfirmed login OK (no posting)');
      await quit(peer);
    });
    expect(connection?.level).toBe(1);
    expect(connection?.dialect).toBe('standard');
    expect(connection?.banner).toBe('Experimental GROGGS system RGTP server ready (no access yet)');
  });

  it('reads at once where the banner lets it', async () => {
    const { connection } = await open(async (peer) => {
      peer.say(SPURGE);
      await quit(peer);
    });
    expect(connection?.level).toBe(1);
    expect(connection?.dialect).toBe('spurge');
  });

  it('is told where there is no place for it', async () => {
    const { error } = await open(async (peer) => {
      peer.say(GROGGSD);
      await peer.expect('USER guest', '482 No guests.');
      await peer.expectEnd();
    });
    expect(error).toMatchObject({ kind: 'refused', code: 482 });
  });
});

describe('a user', () => {
  const ANN = { user: octets`ann@rgtp.test`, secret: SECRET };

  it('gives a proof, and accepts the server’s', async () => {
    const { connection, error } = await open(
      async (peer) => {
        peer.say(GROGGSD);
        await peer.expect('USER ann@RGTP.test 2');
        await challenge(peer, 'ann@rgtp.test', (hash) => [`133 ${hash}`, '232 Identity confirmed (posting ok)']);
        await quit(peer);
      },
      { ...ANN, user: octets`ann@RGTP.test`, level: 2 },
    );
    expect(error).toBeUndefined();
    expect(connection?.level).toBe(2);
  });

  it('gives one proof and no second one, whatever the server asks', async () => {
    const { error } = await open(
      async (peer) => {
        peer.say(GROGGSD);
        await peer.expect('USER ann@rgtp.test');
        await challenge(peer, 'ann@rgtp.test', () => [`333 ${NONCE.replace('1', '2')}`]);
        await peer.expectEnd();
      },
      { ...ANN },
    );
    expect(error).toMatchObject({ name: 'RgtpError' });
  });

  it('folds the whole userid for spurge', async () => {
    const { connection, error } = await open(
      async (peer) => {
        peer.say(SPURGE);
        await peer.expect('USER Ann');
        await challenge(peer, 'ann', (hash) => [`133 ${hash}`, "233 Okay, you're in. You have editor access."], true);
        await quit(peer);
      },
      { ...ANN, user: octets`Ann` },
    );
    expect(error).toBeUndefined();
    expect(connection?.level).toBe(3);
  });

  it('without a secret gets in where the server wants none', async () => {
    const { connection } = await open(
      async (peer) => {
        peer.say(GROGGSD);
        await peer.expect('USER writer', '232 Unconfirmed login OK (posting ok)');
        await quit(peer);
      },
      { user: octets`writer` },
    );
    expect(connection?.level).toBe(2);
  });

  const refused: [string, RegExp, Script, Partial<ClientOptions>?][] = [
    [
      'a secret is wanted and there is none',
      /there is no secret to prove it with/,
      async (peer) => {
        await peer.expect('USER ann@rgtp.test', '130 MD5  Please provide proof of identity.', `333 ${NONCE}`);
      },
      { user: octets`ann@rgtp.test`, secret: undefined },
    ],
    [
      'the user is unknown',
      /You are unknown to me/,
      async (peer) => {
        await peer.expect('USER ann@rgtp.test', '482 You are unknown to me - please ask the Editors for a userid.');
      },
    ],
    [
      'the secret is wrong',
      /Identity confirmation failed/,
      async (peer) => {
        await peer.expect('USER ann@rgtp.test', '130 MD5  Please.', `333 ${NONCE}`);
        await peer.expect(/^AUTH /, '483 Identity confirmation failed.');
      },
    ],
    [
      'the server wants another kind of proof',
      /of a kind that this client cannot give/,
      async (peer) => {
        await peer.expect('USER ann@rgtp.test', '330 Show me your card.');
      },
    ],
  ];
  it.each(refused)('is refused: %s', async (_, message, script, options = {}) => {
    const { error } = await open(
      async (peer) => {
        peer.say(GROGGSD);
        await script(peer);
        await peer.expectEnd();
      },
      { ...ANN, ...options },
    );
    expect(error).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) });
  });

  it.each(['', 'two words', 'new\r\nline', 'nul\0', 'x'.repeat(76)])(
    'that no server can have is never sent: %j',
    async (user) => {
      const { error } = await open(
        async (peer) => {
          peer.say(GROGGSD);
          await peer.expectEnd();
        },
        { ...ANN, user: latin1(user) },
      );
      expect(error).toMatchObject({ kind: 'refused' });
    },
  );
});

describe('an impostor', () => {
  const flipped = (hash: string) => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
  const impostors: [string, (peer: Peer) => Promise<unknown>][] = [
    ['asks for no proof', (peer) => peer.expect('USER ann@rgtp.test', '232 Come in!')],
    [
      'gives a wrong proof',
      async (peer) => {
        await peer.expect('USER ann@rgtp.test');
        await challenge(peer, 'ann@rgtp.test', (hash) => [`133 ${flipped(hash)}`, '232 Come in!']);
      },
    ],
    [
      'gives no proof',
      async (peer) => {
        await peer.expect('USER ann@rgtp.test');
        await challenge(peer, 'ann@rgtp.test', () => ['232 Come in!']);
      },
    ],
    [
      'gives a short proof',
      async (peer) => {
        await peer.expect('USER ann@rgtp.test');
        await challenge(peer, 'ann@rgtp.test', (hash) => [`133 ${hash.slice(1)}`, '232 Come in!']);
      },
    ],
    [
      'sends the client its own hash back',
      async (peer) => {
        await peer.expect('USER ann@rgtp.test', '130 MD5  Please.', `333 ${NONCE}`);
        const hash = (await peer.expect(/^AUTH /)).split(' ')[1] ?? '';
        peer.say(`133 ${hash}`, '232 Come in!');
      },
    ],
  ];
  it.each(impostors)('that %s hears nothing more, and is logged', async (_, script) => {
    const errors: string[] = [];
    const log: Log = { ...silent, error: ({ reason }) => errors.push(String(reason)) };
    const { error } = await open(
      async (peer) => {
        peer.say(GROGGSD);
        await script(peer);
        await peer.expectEnd();
      },
      { user: octets`ann@rgtp.test`, secret: SECRET, log },
    );
    expect(error).toMatchObject({ kind: 'impostor' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^the server .*: it may not be the board it says it is$/);
  });
});

it.each([
  ['a nonce that is none', ['130 MD5', '333 hello'], /malformed nonce: "hello"/],
  ['an unknown algorithm', ['130 SHA  Please', `333 ${NONCE}`], /unknown kind of proof: "SHA {2}Please"/],
  ['an answer that belongs elsewhere', ['350 Data received'], /USER was answered "350 Data received"/],
])('nonsense in place of a login: %s', async (_, answer, message) => {
  const { error } = await open(
    async (peer) => {
      peer.say(GROGGSD);
      await peer.expect('USER ann@rgtp.test', ...answer);
      await peer.expectEnd();
    },
    { user: octets`ann@rgtp.test`, secret: SECRET },
  );
  expect(error).toMatchObject({ kind: 'nonsense', message: expect.stringMatching(message) });
});

describe('another access level', () => {
  it('is taken: down at once, up with a new proof; a refusal leaves all as it was', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say(GROGGSD);
      await peer.expect('USER ed@rgtp.test');
      await challenge(peer, 'ed@rgtp.test', (hash) => [`133 ${hash}`, '233 Identity confirmed (editor)']);
      await peer.expect('ALVL 1', '231 Access downgraded on request (no posting)');
      await peer.expect('ALVL 2', '432 You are denied that access level.');
      await peer.expect('ALVL 3');
      await challenge(peer, 'ed@rgtp.test', (hash) => [`133 ${hash}`, '233 Identity confirmed (editor)']);
      await peer.expect('ALVL 3');
      await challenge(peer, 'ed@rgtp.test', () => ['433 Identity confirmation failed.']);
      await peer.expectEnd();
    });
    const { host, port } = server;
    const connection = await RgtpConnection.open({ host, port, user: octets`ed@rgtp.test`, secret: SECRET });
    expect(await connection.changeLevel(1)).toBe(1);
    await expect(connection.changeLevel(2)).rejects.toMatchObject({ kind: 'refused', code: 432 });
    expect(connection.level).toBe(1);
    expect(await connection.changeLevel(3)).toBe(3);
    await expect(connection.changeLevel(3)).rejects.toMatchObject({ kind: 'refused', code: 433 });
    expect(connection.usable).toBe(true);
    connection.destroy();
    await server.done();
  });
});

it('registers: the warning first, then the userid, and the server’s answer', async () => {
  const server = await scriptedServer(async (peer) => {
    peer.say(GROGGSD);
    await peer.expect(
      'REGU',
      '100 Processing registration request',
      '250 Warning message follows',
      ' For the user.',
      'For the client.',
      '.',
    );
    await peer.expect('USER new1@cam', '280 Await the email I have sent to new1@cam.ac.uk');
  });
  const connection = await RgtpConnection.openForRegistration({ host: server.host, port: server.port });
  expect(await connection.startRegistration()).toEqual([' For the user.', 'For the client.']);
  expect(await connection.register(octets`new1@cam`)).toBe('Await the email I have sent to new1@cam.ac.uk');
  connection.destroy();
  await server.done();
});
