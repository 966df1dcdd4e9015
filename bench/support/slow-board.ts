/**
 * A read-only RGTP server over data in memory, as slow as groggsd can be: without TCP_NODELAY it writes line by line, so
 * the end of an answer waits for the client's delayed acknowledgement. A client that waits for each answer pays
 * 44 ms a time; one that has sent its next command already gets its answers as fast as they can be made.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { formatHex32, parseHex32 } from '../../src/rgtp/hex.ts';
import { dotStuffLines } from '../../src/wire/dots.ts';
import { LineReader, TOO_LONG } from '../../src/wire/line-reader.ts';
import { latin1 } from '../../src/wire/octets.ts';

export interface SlowBoardOptions {
  /** ascending */
  readonly rows: readonly string[];
  /** item id → lines of ITEM's data, not stuffed */
  readonly items: ReadonlyMap<string, readonly string[]>;
  /** lines of MOTD's data, in the order of groggsd: time, then sequence */
  readonly motd?: readonly string[];
  readonly editLog?: readonly string[];
  /** ms that the end of an answer is late; default 44, 0: never */
  readonly delay?: number;
}

export interface SlowBoard {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const DATA_FOLLOWS = Buffer.from('250 Data follows\r\n');

export async function startSlowBoard(options: SlowBoardOptions): Promise<SlowBoard> {
  const sockets = new Set<Socket>();
  const answers = new Map<string, Buffer>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, (command) => answer(command, options, answers), options.delay ?? 44);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has an address with a port.
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, answerTo: (command: string) => Buffer, delay: number): void {
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
      ready.push(answerTo(line === TOO_LONG ? '' : line.toString('latin1').toUpperCase()));
      if (line.toString() === 'QUIT') socket.end();
    }
    const last = ready.pop();
    if (ready.length > 0) socket.write(Buffer.concat(ready));
    late = last;
    if (delay === 0) release();
    else timer = setTimeout(release, delay);
  });
}

function answer(command: string, options: SlowBoardOptions, made: Map<string, Buffer>): Buffer {
  const known = made.get(command);
  if (known !== undefined) return known;
  const fresh = make(command.slice(0, 4), command.slice(5).trim(), options);
  if (command.startsWith('ITEM')) made.set(command, fresh);
  return fresh;
}

function make(verb: string, argument: string, { rows, items, motd, editLog }: SlowBoardOptions): Buffer {
  switch (verb) {
    case 'USER':
      return say('231 Unconfirmed login OK (no posting)');
    case 'INDX':
      return data(rowsFrom(rows, argument));
    case 'ITEM':
      return data(items.get(argument), `410 Item ${argument} does not exist or has been archived.`);
    case 'STAT': {
      const item = items.get(argument);
      const subject = item?.find((line) => line.startsWith('Subject: '))?.slice('Subject: '.length);
      return say(item === undefined ? '410 No such item.' : `211 ${item[0]} ${subject ?? ''}`);
    }
    case 'MOTD':
      return data(motd, '410 There is no message of the day.');
    case 'ELOG':
      return data(editLog ?? []);
    case 'NOOP':
      return say('200 NOOP command received.');
    case 'QUIT':
      return say('280 Goodbye.');
    default:
      return say('510 Unknown command.');
  }
}

function rowsFrom(rows: readonly string[], argument: string): readonly string[] {
  if (argument === '') return rows;
  const bySequence = argument.startsWith('#');
  const from = formatHex32(parseHex32(bySequence ? argument.slice(1) : argument) ?? 0);
  // Hexadecimal of one width sorts as the numbers do.
  return rows.filter((row) => (bySequence ? row.slice(0, 8) : row.slice(9, 17)) >= from);
}

function data(lines: readonly string[] | undefined, otherwise = ''): Buffer {
  return lines === undefined ? say(otherwise) : Buffer.concat([DATA_FOLLOWS, dotStuffLines(lines.map(latin1))]);
}

function say(line: string): Buffer {
  return Buffer.from(`${line}\r\n`, 'latin1');
}
