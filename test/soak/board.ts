import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import type { Contribution } from '../../src/rgtp/item.ts';
import { decode, stripControls } from '../../src/wire/charset.ts';
import { join, octets } from '../../src/wire/octets.ts';

/** What a board has, as RGTP tells it. */
export interface Board {
  /** text by sequence number */
  readonly posts: ReadonlyMap<number, string>;
  /** sequence numbers of edits and withdrawals, which are articles, too */
  readonly edits: ReadonlySet<number>;
}

export async function readBoard(port: number): Promise<Board> {
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port });
  const ids = new Set<string>();
  const edits = new Set<number>();
  await connection.index(undefined, ({ itemId, type, sequence }) => {
    if (itemId !== undefined) ids.add(itemId);
    if (type === 'E') edits.add(sequence);
  });
  for (const { sequence } of await connection.editLog()) edits.add(sequence);
  const items = await Promise.all([...ids].map((id) => connection.item(id)));
  await connection.close();
  const posts = items.flatMap(({ contributions }) => contributions);
  return { posts: new Map(posts.map((post) => [post.sequence, textOf(post)])), edits };
}

function textOf({ lines }: Contribution): string {
  return bare(decode(join(lines, octets`\n`), 'auto').split('\n').map(stripControls).join('\n'));
}

/** Without the blank that `-- ` has in articles and not on boards, which strip the ends of lines. */
function bare(text: string): string {
  return text.replaceAll(/^-- $/gm, '--');
}

/** What a server shows otherwise than the board has it. */
export function differences(
  name: string,
  board: Board,
  shown: ReadonlyMap<number, { readonly id: string; readonly body: string }>,
): string[] {
  const found: string[] = [];
  for (const [sequence, text] of board.posts) {
    const body = bare(shown.get(sequence)?.body ?? 'nothing');
    if (body !== text)
      found.push(`${sequence} differs: the board ${JSON.stringify(text)}; ${name} ${JSON.stringify(body)}`);
  }
  for (const [number, { id }] of shown) {
    if (!board.posts.has(number) && !board.edits.has(number))
      found.push(`${number}, ${id}: at ${name}, and not on the board`);
  }
  return found;
}
