import net from 'node:net';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { openWholeServer } from '../../support/whole-server.ts';
import { complaining } from '../complaints.ts';
import { checkNntpFraming } from '../nntp-framing.ts';
import { pieces } from '../pieces.ts';
import type { Random } from '../random.ts';
import type { WorldTarget } from '../target.ts';

const ASKED = 'COMPRESS DEFLATE\r\n';
/** Ends whatever a case left open. */
const TAIL = '\r\n.\r\nXSTEP\r\nQUIT\r\n';
const COMMANDS = [
  ...['DATE', 'HELP', 'CAPABILITIES', 'LIST', 'GROUP groggs.gossip', 'LISTGROUP groggs.gossip', 'OVER 1-', 'NEXT'],
  ...['ARTICLE 1', 'COMPRESS DEFLATE', 'STARTTLS', 'AUTHINFO USER x', 'MODE READER', 'x'.repeat(600), 'nonsense'],
] as const;
/** A distance beyond the beginning, a block type that there is not, stored lengths that disagree, and too many codes. */
const BROKEN = ['4b04a2010000ffff', '07', '0105000000', 'fdffffffffffff'].map((hex) => Buffer.from(hex, 'hex'));

function compressed(text: string | Buffer, flush: number = constants.Z_SYNC_FLUSH): Buffer {
  return deflateRawSync(text, { finishFlush: flush });
}

const session = (...commands: readonly string[]) => `${commands.map((command) => `${command}\r\n`).join('')}${TAIL}`;
const bomb = (octets: number) => compressed(Buffer.alloc(octets, 'x'));

function generated(random: Random): Buffer {
  const text = session(...random.some(1, 20, () => random.pick(COMMANDS)));
  const stream = compressed(text, random.pick([constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH, constants.Z_FINISH]));
  switch (random.below(5)) {
    case 0:
      return stream.subarray(0, random.below(stream.length + 1));
    case 1:
      return Buffer.concat([
        stream.subarray(0, random.below(stream.length + 1)),
        random.pick(BROKEN) ?? Buffer.alloc(0),
      ]);
    case 2:
      return Buffer.concat([bomb(1 + random.below(400_000)), stream]);
    default:
      return stream;
  }
}

/** Sends a stream once compression is on, and takes all until the server hangs up. */
async function talk(port: number, stream: Buffer): Promise<{ readonly plain: Buffer; readonly deflated: Buffer }> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let received: Buffer = Buffer.alloc(0);
  const active = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (/^206 .*\r\n/m.test(received.toString('latin1'))) resolve();
    });
  });
  // A server that ends while we send resets the connection: what it said before counts.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(ASKED);
  await Promise.race([active, closed]);
  for (const piece of pieces(stream)) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
  await closed;
  const start = received.indexOf('\r\n', received.indexOf('\r\n206 ') + 2) + 2;
  return { plain: received.subarray(0, start), deflated: received.subarray(start) };
}

/** What a stream says; `undefined`: it is broken. */
function inflated(stream: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(stream, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** COMPRESS DEFLATE (RFC 8054), and then whatever a client may send: streams that are broken, cut off, or bombs. */
export const nntpCompress: WorldTarget = {
  name: 'nntp-compress',
  seeds: () => [
    compressed(session('DATE', 'LIST', 'HELP')),
    compressed(session('GROUP groggs.gossip', 'OVER 1-', 'ARTICLE 1'), constants.Z_FINISH),
    compressed(session('CAPABILITIES')).subarray(0, -9),
    Buffer.concat([compressed('DATE\r\n'), compressed(session('DATE'))]),
    Buffer.concat([bomb(2 ** 20), compressed(session('DATE'))]),
    'DATE\r\nQUIT\r\n',
    ...BROKEN.map((broken) => Buffer.concat([compressed('DATE\r\n'), broken])),
  ],
  words: ['\0\0\xff\xff', '\x03\0', '\x01\0\0\xff\xff'],
  maxOctets: 2000,
  generate: generated,
  async open() {
    const { log, check } = complaining();
    const server = await openWholeServer({ log });
    return {
      async run(input) {
        const { plain, deflated } = await talk(server.newsPort, input);
        const answers = inflated(deflated);
        if (answers === undefined) throw new Error('the answers are no DEFLATE stream');
        const commands = inflated(input);
        if (commands?.toString('latin1').endsWith(TAIL)) {
          checkNntpFraming(Buffer.concat([Buffer.from(ASKED), commands]), Buffer.concat([plain, answers]));
        }
        check();
      },
      close: () => server.close(),
    };
  },
};
