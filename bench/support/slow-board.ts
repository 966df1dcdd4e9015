/**
 * A read-only RGTP server over data in memory, as slow as groggsd can be: without TCP_NODELAY it writes line by line, so
 * the end of an answer waits for the client's delayed acknowledgement. A client that waits for each answer pays
 * 44 ms a time; one that has sent its next command already gets its answers as fast as they can be made.
 */

import type { Socket } from 'node:net';
import { LineReader, TOO_LONG } from '../../src/wire/line-reader.ts';
import { answerTo, type BoardLines } from '../../test/support/board-answers.ts';
import { type TcpServer, tcpServer } from '../../test/support/tcp-server.ts';

/** @param delay ms that the end of an answer is late; 0: never */
export function startSlowBoard(board: BoardLines, delay = 44): Promise<TcpServer> {
  /** ITEM's, by command */
  const made = new Map<string, Buffer>();
  return tcpServer((socket) =>
    serve(
      socket,
      (command) => {
        const answer = made.get(command) ?? answerTo(board, command);
        if (command.startsWith('ITEM')) made.set(command, answer);
        return answer;
      },
      delay,
    ),
  );
}

function serve(socket: Socket, answerOf: (command: string) => Buffer, delay: number): void {
  const lines = new LineReader(300);
  let late: Buffer | undefined;
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(timer);
    if (late !== undefined) socket.write(late);
    late = undefined;
  };
  socket.write('230 Experimental GROGGS system RGTP server ready (no access yet)\r\n');
  socket.on('data', (chunk: Buffer) => {
    // What the client sends acknowledges what it was sent.
    release();
    lines.feed(chunk);
    const ready: Buffer[] = [];
    for (let line = lines.next(); line !== undefined; line = lines.next()) {
      ready.push(answerOf(line === TOO_LONG ? '' : line.toString('latin1').toUpperCase()));
      if (line.toString() === 'QUIT') socket.end();
    }
    const last = ready.pop();
    if (ready.length > 0) socket.write(Buffer.concat(ready));
    late = last;
    if (delay === 0) release();
    else timer = setTimeout(release, delay);
  });
}
