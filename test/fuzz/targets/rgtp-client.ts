import assert from 'node:assert/strict';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { recordedAnswers, recordedBlocks } from '../seeds.ts';
import { speakingServer, TURN } from '../speaking-server.ts';
import type { WorldTarget } from '../target.ts';

/** Our client before a board that sends whatever it likes: every question is answered, or refused with an RgtpError. */
export const rgtpClient: WorldTarget = {
  name: 'rgtp-client',
  seeds: () => [
    [
      '230 GROGGS system\r\n',
      '231 guest\r\n',
      '250 Data\r\n.\r\n',
      '250\r\n.\r\n',
      '211                            00000003 x\r\n',
    ].join(TURN),
    ['230 x\r\n', '130 MD5\r\n333 00112233445566778899AABBCCDDEEFF\r\n', '133 00\r\n232 ok\r\n'].join(TURN),
    ...recordedBlocks()
      .slice(0, 150)
      .map((block) =>
        ['231 ok\r\n', '231 guest\r\n', `250 Data\r\n${block.toString('latin1').replaceAll('\n', '\r\n')}.\r\n`].join(
          TURN,
        ),
      ),
    ...recordedAnswers()
      .slice(0, 150)
      .map((line) => ['231 ok\r\n', '231 guest\r\n', `${line}\r\n`, `${line}\r\n`].join(TURN)),
  ],
  words: [TURN, '\r\n', '\r\n.\r\n', '250 ', '484 ', '230 ', '231 ', '481 bye\r\n', '211 ', '^00000003 6B02111B'],
  maxOctets: 20_000,
  async open() {
    const server = await speakingServer();
    // A board that says nothing is given up; how soon does not matter here.
    const timeouts = { connect: 20_000, banner: 20, answer: 20 };
    const options = { host: '127.0.0.1', port: server.port, timeouts };
    return {
      async run(input) {
        server.says(input);
        const connection = await settled(RgtpConnection.open(options));
        if (connection === undefined) return;
        await Promise.all(
          [
            connection.index(undefined, () => {}),
            connection.item('P3242146'),
            connection.motd(),
            connection.editLog(),
            connection.stat('P3242146'),
          ].map((answer) => settled<unknown>(answer)),
        );
        await settled(connection.close());
      },
      close: () => server.close(),
    };
  },
};

async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    assert(error instanceof RgtpError, error instanceof Error ? error : String(error));
    return undefined;
  }
}
