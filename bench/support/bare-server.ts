import type { Socket } from 'node:net';
import { tcpServer } from '../../test/support/tcp-server.ts';
import type { RenderedGroup } from './rendered-group.ts';

const COPIED = 256 * 1024;
const TERMINATOR = Buffer.from('.\r\n');

/**
 * The least a server can do: reads lines, answers from the rendered octets, one write for all commands of a read.
 * No limits, no back-pressure, no errors. Returns its port.
 */
export async function startBareServer(group: RenderedGroup): Promise<number> {
  const server = await tcpServer((socket) => {
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      const answers: Buffer[] = [];
      for (const line of lines) answer(group, line, answers);
      send(socket, answers);
    });
    socket.write('200 bare\r\n');
  });
  return server.port;
}

/** Joins small answers; sends large ones as they are. */
function send(socket: Socket, answers: readonly Buffer[]): void {
  if (answers.reduce((octets, { length }) => octets + length, 0) < COPIED) {
    socket.write(Buffer.concat(answers));
    return;
  }
  socket.cork();
  for (const answer of answers) socket.write(answer);
  socket.uncork();
}

function answer(group: RenderedGroup, line: string, answers: Buffer[]): void {
  const space = line.indexOf(' ');
  const verb = space < 0 ? line : line.slice(0, space);
  const argument = line.slice(space + 1);
  if (verb === 'STAT') answers.push(Buffer.from(`223 ${argument} ${group.messageId(Number(argument))}\r\n`));
  else if (verb === 'ARTICLE') {
    const article = group.article(Number(argument));
    if (article) answers.push(Buffer.from(`220 ${argument} ${article.messageId}\r\n`), article.bytes);
  } else if (verb === 'GROUP') {
    answers.push(Buffer.from(`211 ${group.count} ${group.low} ${group.high} ${group.name}\r\n`));
  } else if (verb === 'OVER') {
    const [low = 1, high = 1] = argument.split('-').map(Number);
    const lines = group.lines.subarray(group.starts[low - 1], group.starts[high]);
    answers.push(Buffer.from('224 Overview information follows\r\n'), lines, TERMINATOR);
  } else answers.push(Buffer.from('500 What?\r\n'));
}
