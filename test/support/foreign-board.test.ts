import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { clientProof } from '../../src/rgtp/proof.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { ForeignBoard } from './foreign-board.ts';
import { groggsd, type Manners, spurge } from './foreign-manners.ts';
import { LineStream } from './line-stream.ts';
import { type Exchange, readTranscript, type Session } from './transcript.ts';

const SECRET = '00112233445566778899AABBCCDDEEFF';
const users = { 'ann@rgtp.test': { secret: SECRET, level: 2 } } as const;

/** Without what differs between any two boards: ids (replaced by their order), times, proofs. */
class Masked {
  readonly #ids = new Map<string, string>();

  line(line: string): string {
    return line
      .replace(/^(133|333) [0-9A-F]{32}$/i, '$1 …')
      .replace(/(?<=^\^?[0-9A-F]{8} )[0-9A-F]{8}(?= |$)/i, 'TTTTTTTT')
      .replace(/\d\d[.:]\d\d on [A-Z][a-z]{2} \d\d [A-Z][a-z]{2}/, 'DATE')
      .replace(/\b[A-Z]\d{7}\b/g, (id) => this.id(id));
  }

  id(id: string): string {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const name = `ID-${String(this.#ids.size).padStart(5, '0')}`;
    this.#ids.set(id, name);
    return name;
  }
}

/** Plays a recorded session to a board. Returns what it says, and what was recorded. */
async function play(board: ForeignBoard, session: Session, ids: Map<string, string>) {
  const socket = connect(board.port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = new LineStream(socket, 'latin1');
  const theirs = new Masked();
  const ours = new Masked();
  const pairs: { sent: string; recorded: string[]; said: string[] }[] = [];
  let challenge = '';
  for (const { client, server } of session.exchanges) {
    for (const line of client) lines.write(`${translated(line)}\r\n`);
    const said: string[] = [];
    for (const recorded of server) {
      const line = (await lines.line()) ?? '(closed)';
      if (line.startsWith('333 ')) challenge = line.slice(4);
      const [, id] = /^120 (\S+)/.exec(recorded) ?? [];
      const [, here] = /^120 (\S+)/.exec(line) ?? [];
      if (id !== undefined && here !== undefined) ids.set(id, here);
      said.push(line);
    }
    pairs.push({
      sent: client.join('\n'),
      recorded: server.map((line) => theirs.line(line)),
      said: said.map((line) => ours.line(line)),
    });
  }
  socket.destroy();
  return pairs;

  function translated(line: string): string {
    if (/^AUTH [0-9a-f]{32} [0-9a-f]{32}$/i.test(line) && !line.startsWith('AUTH 00000000')) return auth();
    return line.replace(/\b[A-Z]\d{7}\b/gi, (id) => ids.get(id.toUpperCase()) ?? id);
  }

  function auth(): string {
    const clientNonce = Buffer.alloc(16, 7);
    const serverNonce = Buffer.from(challenge, 'hex');
    const facts = { userid: latin1('ann@rgtp.test'), secret: Buffer.from(SECRET, 'hex'), clientNonce, serverNonce };
    return `AUTH ${clientProof(facts).toString('hex')} ${clientNonce.toString('hex')}`;
  }
}

/** Sessions of a recording, by what their client sends first, and how many exchanges of each are played. */
const RECORDED: readonly [name: string, manners: Manners, file: string, pick: (session: Session) => Exchange[]][] = [
  ['groggsd', groggsd, '01-banner-guest', ({ exchanges }) => exchanges],
  ['groggsd', groggsd, '03-auth-failures', failed('USER nobody@rgtp.test')],
  ['groggsd', groggsd, '06-posting', upTo('INDX')],
  ['spurge', spurge, 'spurge-01', only('AUTH 0000', 'USER nobody', 'USER ann@rgtp.test 2')],
];

function only(...sent: string[]): (session: Session) => Exchange[] {
  return ({ exchanges }) =>
    exchanges.some(({ client }) => sent.some((wanted) => client.join('\n').startsWith(wanted))) &&
    !exchanges.some(({ notes }) => notes.some((note) => note.includes('left out')))
      ? exchanges
      : [];
}
function failed(unknown: string): (session: Session) => Exchange[] {
  return ({ exchanges }) => {
    const second = exchanges[1]?.client[0];
    const wrong = exchanges.length === 3 && exchanges[2]?.client[0]?.startsWith('AUTH 0000') === true;
    return second === unknown || wrong ? exchanges : [];
  };
}
function upTo(end: string): (session: Session) => Exchange[] {
  return ({ exchanges }) => {
    const at = exchanges.findIndex(({ client }) => client[0] === end);
    return at < 0 ? [] : exchanges.slice(0, at);
  };
}

it.each(RECORDED)('answers as %s did: %#', async (_, manners, file, pick) => {
  await using board = await ForeignBoard.open(manners, users);
  board.sequence = manners === spurge ? 2 : 3;
  // What was there before the recording.
  if (manners === spurge) board.row(0, 0x6b020c37, 'P1586108', 'writer', 'I', 'foo');
  const ids = new Map<string, string>();
  let compared = 0;
  for (const session of readTranscript(file)) {
    const exchanges = pick(session);
    if (exchanges.length === 0) continue;
    for (const { sent, recorded, said } of await play(board, { ...session, exchanges }, ids)) {
      expect(said, sent).toEqual(recorded);
      compared++;
    }
    if (file === '06-posting') break;
  }
  expect(compared).toBeGreaterThanOrEqual(5);
});
