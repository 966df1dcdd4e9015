import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** The answers of a bare server, made beforehand: whole, with their status lines. */
export interface HeldAnswers {
  /** number of the first of each kind of answer */
  readonly low: number;
  readonly group: Buffer;
  readonly stat: readonly Buffer[];
  readonly article: readonly Buffer[];
  readonly head: readonly Buffer[];
  /** lines of overview and of subjects, and where each begins */
  readonly over: Lines;
  readonly subjects: Lines;
  /** Message-ID, with `<` and `>`, → which article */
  readonly ids: ReadonlyMap<string, number>;
}

interface Lines {
  readonly octets: Buffer;
  readonly starts: Uint32Array;
}

export function linesOf(lines: readonly Buffer[]): Lines {
  const starts = new Uint32Array(lines.length + 1);
  for (const [i, line] of lines.entries()) starts[i + 1] = (starts[i] ?? 0) + line.length;
  return { octets: Buffer.concat(lines), starts };
}

/** Answers up to this are copied into one; larger ones are sent as they are. */
const COPIED = 64 * 1024;
const [LF, CR, SPACE, MINUS, ZERO, NINE, LESS] = [10, 13, 32, 45, 48, 57, 60];
const OVER = Buffer.from('224 Overview information follows\r\n');
const HDR = Buffer.from('225 Headers follow\r\n');
const XHDR = Buffer.from('221 Header follows\r\n');
const COMPRESSION = Buffer.from('206 Compression active\r\n');
const TERMINATOR = Buffer.from('.\r\n');
const BYE = Buffer.from('205 Bye\r\n');
const UNKNOWN = Buffer.from('500 What?\r\n');
/** ARTICLE, COMPRESS, HDR, GROUP, HEAD, OVER, QUIT, STAT, XHDR, XOVER */
const [A, C, D, G, H, O, Q, S, X] = Buffer.from('ACDGHOQSX');
/** as the server's own: what level costs what is not what is compared */
const DEFLATE = { level: 3, memLevel: 7, windowBits: 15, flush: constants.Z_SYNC_FLUSH };

/**
 * The least that a server can do: finds the ends of lines, looks at the verb and the number, and writes octets that it has. No limits, no
 * back-pressure, no errors. Returns its port.
 *
 * @param tls files of a certificate and its key: it speaks TLS
 */
export async function startBareServer(
  held: HeldAnswers,
  tls?: { readonly certificate: string; readonly key: string },
): Promise<number> {
  const greet = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    answerAll(held, socket, socket);
    socket.write('200 bare\r\n');
  };
  const server =
    tls === undefined
      ? createServer({ noDelay: true }, greet)
      : createTlsServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key), noDelay: true }, greet);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** @param input and @param output: the connection, or what inflates and deflates it */
function answerAll(held: HeldAnswers, input: NodeJS.ReadableStream, output: Duplex): void {
  let rest: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out = new Answers(output);
    let from = 0;
    for (let end = octets.indexOf(LF, from); end >= 0; end = octets.indexOf(LF, from)) {
      answer(held, octets, from, end, out);
      from = end + 1;
    }
    rest = octets.subarray(from);
    out.send();
    if (!out.compress) return;
    input.off('data', onData);
    const deflate = createDeflateRaw(DEFLATE);
    deflate.pipe(output);
    // Clients hang up in the middle.
    const inflate = createInflateRaw().on('error', () => output.destroy());
    answerAll(held, input.pipe(inflate), deflate);
  };
  input.on('data', onData);
}

/** The answers to all commands of one read. */
class Answers {
  readonly #socket: Duplex;
  #parts: Buffer[] = [];
  #octets = 0;
  isLast = false;
  /** what follows them is compressed */
  compress = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  add(part: Buffer | undefined): void {
    if (part === undefined) return;
    this.#parts.push(part);
    this.#octets += part.length;
    if (this.#octets > COPIED) this.send();
  }

  send(): void {
    if (this.#parts.length === 1 || this.#octets > COPIED) {
      this.#socket.cork();
      for (const part of this.#parts) this.#socket.write(part);
      this.#socket.uncork();
    } else if (this.#parts.length > 0) this.#socket.write(Buffer.concat(this.#parts, this.#octets));
    if (this.isLast) this.#socket.end();
    this.#parts = [];
    this.#octets = 0;
  }
}

/** One command: its verb by its letters, its argument by its digits. */
function answer(held: HeldAnswers, octets: Buffer, from: number, end: number, out: Answers): void {
  // HEAD and HDR, XHDR and XOVER are told apart by their second letter.
  const [verb, second] = [octets[from], octets[from + 1]];
  const space = octets.indexOf(SPACE, from);
  const argument = space < 0 || space > end ? end : space + 1;
  const isHdr = (verb === H && second === D) || (verb === X && second === H);
  if (isHdr) range(held, held.subjects, verb === X ? XHDR : HDR, octets, octets.indexOf(SPACE, argument) + 1, out);
  else if (verb === O || verb === X) range(held, held.over, OVER, octets, argument, out);
  else if (verb === A) out.add(held.article[which(held, octets, argument, end)]);
  else if (verb === S) out.add(held.stat[which(held, octets, argument, end)]);
  else if (verb === H) out.add(held.head[which(held, octets, argument, end)]);
  else if (verb === G) out.add(held.group);
  else if (verb === C) {
    out.add(COMPRESSION);
    out.compress = true;
  } else if (verb === Q) {
    out.add(BYE);
    out.isLast = true;
  } else out.add(UNKNOWN);
}

function which(held: HeldAnswers, octets: Buffer, at: number, end: number): number {
  if (octets[at] !== LESS) return number(octets, at) - held.low;
  return held.ids.get(octets.toString('latin1', at, octets[end - 1] === CR ? end - 1 : end)) ?? -1;
}

function number(octets: Buffer, at: number): number {
  let value = 0;
  for (let digit = octets[at] ?? 0; digit >= ZERO && digit <= NINE; digit = octets[++at] ?? 0) {
    value = value * 10 + digit - ZERO;
  }
  return value;
}

function range(held: HeldAnswers, lines: Lines, status: Buffer, octets: Buffer, at: number, out: Answers): void {
  const low = number(octets, at) - held.low;
  const high = number(octets, octets.indexOf(MINUS, at) + 1) - held.low;
  out.add(status);
  out.add(lines.octets.subarray(lines.starts[low], lines.starts[high + 1]));
  out.add(TERMINATOR);
}
