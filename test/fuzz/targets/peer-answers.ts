import assert from 'node:assert/strict';
import { PeerConnection, PeerError } from '../../../src/feed/peer-connection.ts';
import { speakingServer, TURN } from '../speaking-server.ts';
import type { WorldTarget } from '../target.ts';

const ARTICLE = Buffer.from('Subject: x\r\n\r\n..text\r\n.\r\n');

/** Another news server that is fed, and sends whatever it likes: each question has an answer, or a `PeerError`. */
export const peerAnswers: WorldTarget = {
  name: 'peer-answers',
  seeds: () => [
    ['200 ready\r\n', '203 streaming\r\n', '238 <a@b>\r\n', '239 <a@b>\r\n'].join(TURN),
    ['201 ready\r\n', '381 password\r\n', '281 ok\r\n', '501 what?\r\n', '335 go\r\n', '235 ok\r\n'].join(TURN),
    ['200 ready\r\n', '203\r\n', '438 <a@b>\r\n431 <c@d>\r\n439 <e@f>\r\n'].join(TURN),
    ['400 busy\r\n'].join(TURN),
    ['200 ready\r\n', '203 ok\r\n', `238 ${'x'.repeat(5000)}\r\n`].join(TURN),
  ],
  words: [TURN, '\r\n', '\n', '200 ', '203 ', '238 ', '239 ', '335 ', '400 ', '431 ', '438 ', '480 ', '281 ', '\0'],
  maxOctets: 10_000,
  async open() {
    const server = await speakingServer();
    const place = { host: '127.0.0.1', port: server.port, tls: false };
    return {
      async run(input) {
        server.says(input);
        for (const login of [
          { user: '', password: '' },
          { user: 'u', password: 'p' },
        ]) {
          // A peer that says nothing is given up; how soon does not matter here.
          const connection = await settled(PeerConnection.open({ ...place, ...login }, 20));
          if (connection === undefined) continue;
          const answers = [
            connection.ask('CHECK <a@b.example>'),
            connection.ask('TAKETHIS <a@b.example>', ARTICLE),
            connection.send(ARTICLE),
            connection.takesArticles(),
          ];
          await Promise.all(answers.map((answer) => settled<unknown>(answer)));
          await settled(connection.room());
          connection.close();
          assert(connection.closed);
        }
      },
      close: () => server.close(),
    };
  },
};

async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    assert(error instanceof PeerError, error instanceof Error ? error : String(error));
    // One line, for the log and the status page.
    assert(!/[\r\n]/.test(error.message), JSON.stringify(error.message));
    return undefined;
  }
}
