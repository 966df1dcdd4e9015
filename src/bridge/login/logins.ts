import { type Access, type Peer, Refusal } from '../../nntp/backend.ts';
import { boundedLog } from '../../wire/bounded-log.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { BoardLogin, Level, Member } from '../board.ts';
import type { Person } from '../ports.ts';

/** Logins on all boards, and what each person may do on which. */
export class Logins {
  readonly #log: Log;
  /** by newsgroup, in the order of the configuration: a bare userid means the first board */
  #boards: ReadonlyMap<string, BoardLogin> = new Map();

  constructor(boards: readonly BoardLogin[] = [], log = silent) {
    this.#log = boundedLog(log);
    this.setBoards(boards);
  }

  setBoards(boards: readonly BoardLogin[]): void {
    this.#boards = new Map(boards.map((board) => [board.newsgroup, board]));
  }

  /**
   * Logs in by the local accounts of that name on all boards; if there are none, by the secret that the first board
   * shares with its user. It is enough that one board accepts the login.
   *
   * Rejects with `bad-credentials` or `unavailable`.
   */
  async login(user: string, password: string, peer: Peer): Promise<Person> {
    const log = this.#log.child({ connection: peer.connection, address: peer.address, user });
    const { boards, name } = this.#addressed(user);
    const members = new Map<string, Member>();
    let failure: unknown;
    for (const board of boards) {
      try {
        const member = await board.byAccount(name, password, log);
        if (member !== undefined) members.set(board.newsgroup, member);
      } catch (error) {
        failure ??= error;
      }
    }
    if (members.size > 0) return { name: user, members };
    if (failure !== undefined) throw failure;
    const [board] = boards;
    if (board === undefined) throw new Refusal('bad-credentials', 'wrong user or password');
    members.set(board.newsgroup, await board.bySecret(name, password, log));
    return { name: user, members };
  }

  /** What somebody may do now on one board, or (no newsgroup) on any of them. */
  access(person: Person | undefined, newsgroup?: string): Access {
    let best: Level = 0;
    let [loginHelps, loginPosts, undecided] = [false, false, false];
    for (const board of this.#boards.values()) {
      if (newsgroup !== undefined && newsgroup !== board.newsgroup) continue;
      const { guests } = board;
      const level = levelOn(board, person, guests);
      if (level > best) best = level;
      if (person !== undefined) continue;
      loginPosts ||= board.posting;
      loginHelps ||= board.posting || guests !== 'read';
      undecided ||= guests === 'undecided';
    }
    const access = { read: best >= 1, post: best >= 2, loginHelps, loginPosts };
    return undecided && best < 1 ? { ...access, notYet: UNDECIDED } : access;
  }

  /** Advice for somebody who has logged in, but not to this board, if that would help; `undefined`: it would not. */
  elsewhere(person: Person | undefined, newsgroup: string): string | undefined {
    const board = this.#boards.get(newsgroup);
    if (board === undefined || person === undefined || person.members.has(newsgroup)) return undefined;
    if (!board.posting && board.guests === 'read') return undefined;
    return `you are logged in to another board: connect again as ${board.name}:userid, with your secret on ${board.name}`;
  }

  /**
   * The level behind `access`: setting the message of the day, and editing, need 3. At most 1 if posting is configured
   * off.
   */
  level(person: Person | undefined, newsgroup: string): Level {
    const board = this.#boards.get(newsgroup);
    return board === undefined ? 0 : levelOn(board, person);
  }

  /** Called before each command of a client: see `Revoking` in `board.ts`. */
  renew(person: Person | undefined): Promise<void> | undefined {
    let renewing: Promise<void>[] | undefined;
    for (const board of this.#boards.values()) {
      const asked = board.renew?.(person?.members.get(board.newsgroup));
      if (asked === undefined) continue;
      renewing ??= [];
      renewing.push(asked);
    }
    return renewing && Promise.all(renewing).then(() => {});
  }

  /** This person's membership of a board; `undefined`: not logged in there. */
  member(person: Person | undefined, newsgroup: string): Member | undefined {
    return this.#boards.has(newsgroup) ? person?.members.get(newsgroup) : undefined;
  }

  /** `board:userid` means one board; a bare name means all boards for local accounts, and the first for userids. */
  #addressed(user: string): { boards: readonly BoardLogin[]; name: string } {
    const boards = [...this.#boards.values()];
    const colon = user.indexOf(':');
    const board = colon < 0 ? undefined : boards.find(({ name }) => name === user.slice(0, colon));
    return board === undefined ? { boards, name: user } : { boards: [board], name: user.slice(colon + 1) };
  }
}

const UNDECIDED = 'the board has not said yet whether guests may read it; try again later';

function levelOn(board: BoardLogin, person: Person | undefined, guests = board.guests): Level {
  const guest = guests === 'read' ? 1 : 0;
  const member = person?.members.get(board.newsgroup);
  if (member === undefined) return guest;
  const level = board.standing === undefined ? member.level : board.standing(member);
  // A person whose login has become invalid must notice, rather than go on as a guest.
  if (level === undefined) return 0;
  if (level < guest) return guest;
  return board.posting || level < 1 ? level : 1;
}
