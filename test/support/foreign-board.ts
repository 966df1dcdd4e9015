import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ForeignItem, Manners, PostKind } from './foreign-manners.ts';
import { LineStream } from './line-stream.ts';

export interface ForeignUser {
  /** hexadecimal */
  readonly secret: string;
  readonly level: 1 | 2 | 3;
}

/**
 * A board that is not ours, over RGTP: it does what groggsd or spurge was recorded doing (`foreign-manners.ts`), and
 * shares no code with `src/`. It has no editing; nothing of it lasts. Octets are characters.
 */
export class ForeignBoard implements AsyncDisposable {
  readonly manners: Manners;
  readonly users: Readonly<Record<string, ForeignUser>>;
  readonly items = new Map<string, ForeignItem>();
  readonly rows: string[] = [];
  motd: { readonly sequence: number; readonly time: number; readonly lines: readonly string[] } | undefined;
  sequence: number;
  /** unix ms */
  now: () => number = Date.now;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(manners: Manners, users: Readonly<Record<string, ForeignUser>>) {
    this.manners = manners;
    this.users = users;
    this.sequence = manners.firstSequence;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      void new ForeignSession(this, socket).run();
    });
  }

  static async open(manners: Manners, users: Readonly<Record<string, ForeignUser>>): Promise<ForeignBoard> {
    const board = new ForeignBoard(manners, users);
    board.#server.listen(0, '127.0.0.1');
    await once(board.#server, 'listening');
    return board;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  row(sequence: number, time: number, id: string, userid: string, kind: PostKind | 'F' | 'M', subject: string): void {
    const { hex } = this.manners;
    const columns = [hex(sequence), hex(time), id.padEnd(8), userid.padEnd(75), kind];
    this.rows.push(`${columns.join(' ')} ${subject}`.slice(0, 199).padEnd(199));
  }

  /** The result brings back what is there now, to another process: connections are lost. */
  backUp(): () => void {
    const { items, rows, motd, sequence } = structuredClone(this.#content);
    return () => {
      for (const socket of this.#sockets) socket.destroy();
      this.items.clear();
      for (const [id, item] of structuredClone(items)) this.items.set(id, item);
      this.rows.splice(0, this.rows.length, ...rows);
      this.motd = motd;
      this.sequence = sequence;
    };
  }

  get #content() {
    const { items, rows, motd, sequence } = this;
    return { items, rows, motd, sequence };
  }

  /** A new item, or one that continues `old`. */
  newItem(kind: 'I' | 'C', userid: string, subject: string, post: readonly string[], old?: ForeignItem) {
    const { manners } = this;
    const sequence = this.sequence++;
    const time = Math.floor(this.now() / 1000);
    const id = manners.itemId(this.items.size);
    const item: ForeignItem = { id, subject, from: old?.id, to: undefined, lastReply: sequence, lines: [] };
    this.items.set(id, item);
    this.row(sequence, time, id, userid, kind, subject);
    if (old !== undefined) {
      old.to = id;
      old.lines.push(...manners.before(false), this.#cookie(sequence, time), manners.continued(id, userid));
      this.row(sequence, time, old.id, userid, 'F', manners.subjectOfF(old.subject, subject));
    }
    this.#write(item, kind, sequence, time, userid, post, [`Subject: ${subject}`]);
    return { sequence, id };
  }

  reply(item: ForeignItem, userid: string, post: readonly string[]): number {
    const sequence = this.sequence++;
    const time = Math.floor(this.now() / 1000);
    item.lastReply = sequence;
    this.row(sequence, time, item.id, userid, 'R', item.subject);
    this.#write(item, 'R', sequence, time, userid, post, []);
    return sequence;
  }

  /** Whether a post does not fit any more. */
  isFull(item: ForeignItem, post: readonly string[]): boolean {
    return [...item.lines, ...post].join('\n').length > this.manners.itemLimit;
  }

  status({ from = '', to = '', lastReply }: ForeignItem): string {
    return [from.padEnd(8), to.padEnd(8), ' '.repeat(8), this.manners.hex(lastReply)].join(' ');
  }

  #cookie(sequence: number, time: number): string {
    return `^${this.manners.hex(sequence)} ${this.manners.hex(time)}`;
  }

  #write(
    item: ForeignItem,
    kind: PostKind,
    sequence: number,
    time: number,
    userid: string,
    [grogname = '', ...text]: readonly string[],
    subject: readonly string[],
  ): void {
    const { manners } = this;
    item.lines.push(
      ...manners.before(item.lines.length === 0),
      this.#cookie(sequence, time),
      ...manners.byline(kind, item.id, grogname, userid, manners.date(time)),
      ...subject,
      '',
      ...text,
      ...manners.after(kind),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** MD5 over nonces, the first 16 octets of the userid, and the secret (RGTP 2.4). */
function proof(first: Buffer, second: Buffer, userid: string, secret: Buffer): string {
  const name = Buffer.alloc(16);
  name.write(userid.slice(0, 16), 'latin1');
  return createHash('md5').update(first).update(second).update(name).update(secret).digest('hex');
}

/** One connection, one command after the other. */
class ForeignSession {
  readonly #board: ForeignBoard;
  readonly #lines: LineStream;
  #level: 0 | 1 | 2 | 3;
  #userid = 'guest';
  #data: readonly string[] | undefined;
  /** the item that was full when this client would have replied to it */
  #full: ForeignItem | undefined;

  constructor(board: ForeignBoard, socket: Socket) {
    this.#board = board;
    this.#lines = new LineStream(socket, 'latin1');
    this.#level = board.manners.stranger;
  }

  #say(...lines: readonly string[]): void {
    this.#lines.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  async run(): Promise<void> {
    const { manners } = this.#board;
    this.#say(manners.banner);
    for (;;) {
      const line = await this.#lines.line();
      if (line === undefined) return;
      // spurge takes an empty line for the end.
      if (/^quit/i.test(line) || line === '') this.#say('280 Goodbye.');
      if (/^quit/i.test(line) || line === '' || !(await this.#command(line))) {
        this.#lines.stream.end();
        return;
      }
    }
  }

  /** @returns whether the connection goes on */
  async #command(line: string): Promise<boolean> {
    const { manners } = this.#board;
    const [, name = '', rest = ''] = /^(\S{4})\S*\s*(.*?)\s*$/.exec(line) ?? [];
    const command = name.toUpperCase();
    if (command === 'NOOP') this.#say(manners.noop);
    else if (command === 'USER') return this.#user(rest.split(/\s+/));
    else if (['INDX', 'ITEM', 'STAT', 'MOTD', 'ELOG'].includes(command)) {
      if (this.#level < 1) this.#say(manners.noAccess);
      else this.#read(command, rest);
    } else if (['DATA', 'NEWI', 'REPL', 'CONT'].includes(command)) {
      if (this.#level < 2) this.#say(manners.noAccess);
      else if (command === 'DATA') await this.#take();
      else this.#say(...this.#post(command, rest));
    } else if (['EDLK', 'EDIT', 'EDCF', 'EDIX', 'MOTS'].includes(command)) this.#say(manners.noAccess);
    else this.#say(manners.unknownCommand);
    return true;
  }

  async #user([typed = '', wanted]: readonly string[]): Promise<boolean> {
    const { manners, users } = this.#board;
    if (typed === 'guest' && manners.stranger === 0) {
      this.#level = 1;
      this.#say(manners.access[1]);
      return true;
    }
    const userid = manners.fold(typed);
    const account = Object.hasOwn(users, userid) ? users[userid] : undefined;
    if (account === undefined) {
      this.#say(manners.unknownUser);
      return false;
    }
    const nonce = randomBytes(16);
    this.#say(manners.prove, `333 ${nonce.toString('hex').toUpperCase()}`);
    const [, hash = '', theirs = ''] = /^AUTH\s+(\S+)\s+([0-9A-F]{32})$/i.exec((await this.#lines.line()) ?? '') ?? [];
    const client = Buffer.from(theirs, 'hex');
    const secret = Buffer.from(account.secret, 'hex');
    const inverted = secret.map((octet) => ~octet);
    if (hash.toLowerCase() !== proof(client, nonce, userid, Buffer.from(inverted))) {
      this.#say(manners.wrongProof);
      return false;
    }
    this.#userid = userid;
    this.#level = wanted === '1' || wanted === '2' ? (Number(wanted) as 1 | 2) : account.level;
    this.#say(`133 ${proof(nonce, client, userid, secret).toUpperCase()}`, manners.access[this.#level]);
    return true;
  }

  #read(command: string, rest: string): void {
    const { manners, items, rows, motd } = this.#board;
    const block = (lines: readonly string[]) => this.#say(manners.data, ...lines.map(manners.send), '.');
    if (command === 'ELOG') this.#say(...manners.elog);
    else if (command === 'INDX') {
      const [, sharp, hex] = /^(#?)([0-9A-Fa-f]+)$/.exec(rest) ?? [];
      const from = Number.parseInt(hex ?? '0', 16);
      const at = sharp === '#' ? 0 : 9;
      if (rest !== '' && hex === undefined) this.#say(manners.badIndex);
      else block(rows.filter((row) => Number.parseInt(row.slice(at, at + 8), 16) >= from));
    } else if (command === 'MOTD') {
      if (motd === undefined) this.#say(manners.noMotd);
      else block([manners.motd(manners.hex(motd.time), manners.hex(motd.sequence)), ...motd.lines]);
    } else {
      const id = rest.toUpperCase();
      const item = items.get(id);
      // Any question about an item makes groggsd forget that one was full.
      this.#full = undefined;
      if (item === undefined) this.#say(manners.noItem(id));
      else if (command === 'STAT') this.#say(`211 ${this.#board.status(item)} ${item.subject}`);
      else block([`${this.#board.status(item)}${manners.itemSubject(item.subject)}`, ...item.lines]);
    }
  }

  async #take(): Promise<void> {
    const { manners } = this.#board;
    this.#say(manners.sendData);
    const lines: string[] = [];
    for (;;) {
      const line = await this.#lines.line();
      if (line === undefined) return;
      if (line === '.') break;
      lines.push(manners.keep(line));
    }
    this.#data = lines;
    this.#say(manners.gotData);
  }

  /** @returns the answer */
  #post(command: string, rest: string): string[] {
    const board = this.#board;
    const { manners } = board;
    if (command === 'CONT' && manners.saysContinued && this.#full === undefined) return [manners.notFull];
    const data = this.#data;
    if (data === undefined) return [manners.noData];
    if (command === 'REPL') {
      const item = board.items.get(rest.toUpperCase());
      if (item === undefined) return [manners.noItem(rest.toUpperCase())];
      if (item.to !== undefined && manners.saysContinued) return this.#continued(item);
      if (item.to !== undefined || board.isFull(item, data)) {
        this.#full = item;
        if (manners.wastesNumbers) board.sequence++;
        return [manners.full];
      }
      this.#data = undefined;
      const sequence = board.reply(item, this.#userid, data);
      return [`220 ${manners.hex(sequence)}  ${manners.done('R', item.id)}`];
    }
    const old = command === 'CONT' ? this.#full : undefined;
    if (command === 'CONT' && old === undefined) return [manners.notFull];
    if (old?.to !== undefined) return this.#continued(old);
    this.#data = undefined;
    this.#full = undefined;
    const kind = command === 'CONT' ? 'C' : 'I';
    const { id, sequence } = board.newItem(kind, this.#userid, rest, data, old);
    return [`120 ${id}`, `220 ${manners.hex(sequence)}  ${manners.done(kind, id)}`];
  }

  #continued(item: ForeignItem): string[] {
    this.#full = undefined;
    const status = `122 ${(item.to ?? '').padEnd(8)} ${' '.repeat(8)} ${this.#board.manners.hex(item.lastReply)}`;
    return [status, '422 Item has already been continued.'];
  }
}
