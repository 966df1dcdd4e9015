import { Dialogue } from '../board/dialogue.ts';
import { sampleBoard } from './sample-board.ts';

/** One post as the board has it. */
interface BoardPost {
  /** who wrote it, and of an item its subject */
  readonly heading: readonly string[];
  readonly lines: readonly string[];
}

/** What a post looks like to somebody who asks the board itself, over RGTP: octets, one character each. */
export async function boardPost(rgtp: number, item: string, sequence: string): Promise<BoardPost> {
  const user = 'ann@rgtp.test';
  const board = await Dialogue.open(rgtp);
  try {
    await board.line();
    const answer = await board.prove(user, Buffer.from(sampleBoard.users[user] ?? '', 'hex'));
    if (!answer.startsWith('23')) throw new Error(`the board refuses ${user}: ${answer}`);
    const lines = await board.list(`ITEM ${item}`);
    const start = lines.findIndex((line) => line.startsWith(`^${sequence} `));
    if (start < 0) throw new Error(`no post ${sequence} in ${item}`);
    const next = lines.findIndex((line, at) => at > start && /^\^[0-9A-F]{8} [0-9A-F]{8}/.test(line));
    const post = lines.slice(start + 1, next < 0 ? undefined : next);
    const blank = post.indexOf('');
    // An empty line stands between posts, and after the last.
    const text = post.slice(blank + 1, post.at(-1) === '' ? -1 : undefined);
    return { heading: post.slice(0, blank), lines: text };
  } finally {
    board.close();
  }
}

/** The same for an article, by its headers, read as UTF-8: what its author wrote must be there exactly. */
export async function onBoard(rgtp: number, headers: ReadonlyMap<string, string>): Promise<BoardPost> {
  const sequence = headers.get('x-rgtp-sequence') ?? '';
  const { heading, lines } = await boardPost(rgtp, headers.get('x-rgtp-item') ?? '', sequence);
  const read = (line: string) => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(line, 'latin1'));
  return { heading: heading.map(read), lines: lines.map(read) };
}
