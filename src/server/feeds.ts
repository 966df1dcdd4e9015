/** The peers of the configuration, and what they are sent. */
import type { BoardGroup } from '../bridge/board.ts';
import { newsgroupName } from '../bridge/group-kinds.ts';
import type { Config, PeerConfig } from '../config/config.ts';
import { articleEntries, numbersAbove } from '../feed/articles.ts';
import { cancelEntries } from '../feed/cancels.ts';
import type { PeerAddress } from '../feed/peer-connection.ts';
import { PeerFeed, type PeerStatus } from '../feed/peer-feed.ts';
import type { Entry, FedNewsgroup, Offer, Source } from '../feed/source.ts';
import { Wildmat } from '../nntp/syntax/wildmat.ts';
import type { Log } from '../wire/log.ts';
import type { Board, ConfiguredBoard, FedPlaces } from './board.ts';
import { authoritiesIn } from './board-client.ts';
import { fileContent } from './file-content.ts';

interface Running {
  readonly peer: PeerConfig;
  readonly address: PeerAddress;
  readonly feed: PeerFeed;
}

export class Feeds {
  readonly #source: Source;
  readonly #log: Log;
  #running: readonly Running[];

  /** @param boards called each time: a reload changes them @throws Failure */
  constructor({ peers, name }: Pick<Config, 'peers' | 'name'>, boards: () => readonly ConfiguredBoard[], log: Log) {
    this.#source = { newsgroups: () => boards().flatMap((board) => [...fedBy(board, name)]) };
    this.#log = log.child({ part: 'feed' });
    this.#running = peers.map((peer) => ({ peer, address: peerAddress(peer) })).map((one) => this.#start(one));
  }

  status(): PeerStatus[] {
    return this.#running.map(({ feed }) => feed.status);
  }

  /** Checks that these peers can be fed. @throws Failure if a file can't be read */
  check(peers: readonly PeerConfig[]): void {
    for (const peer of peers) peerAddress(peer);
  }

  /** Feeds these peers; those that have not changed go on. Rejects, and changes nothing, if a file can't be read. */
  async exchange(peers: readonly PeerConfig[]): Promise<void> {
    const wanted = peers.map((peer) => ({ peer, address: peerAddress(peer) }));
    const sameAs = (one: Omit<Running, 'feed'>) => (other: Omit<Running, 'feed'>) =>
      JSON.stringify([one.peer, one.address]) === JSON.stringify([other.peer, other.address]);
    const ending = this.#running.filter((one) => !wanted.some(sameAs(one)));
    // Only one feed at a time may keep a peer's places.
    await Promise.all(ending.map(({ feed }) => feed.close()));
    this.#running = wanted.map((one) => this.#running.find(sameAs(one)) ?? this.#start(one));
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map(({ feed }) => feed.close()));
  }

  #start({ peer, address }: Omit<Running, 'feed'>): Running {
    const wants = wanted(peer);
    const kinds = { revision: peer.supersedes, notice: peer.notices };
    const wantsOffer = ({ kind }: Offer) => kind === undefined || kinds[kind];
    return {
      ...{ peer, address },
      feed: new PeerFeed({ ...peer, address, wants, wantsOffer, source: this.#source, log: this.#log }),
    };
  }
}

/** @throws Failure where a file can't be read */
export function peerAddress({ address, ca, user, password, passwordFile, name }: PeerConfig): PeerAddress {
  const { scheme, host, port } = address;
  return {
    ...{ host, port, tls: scheme === 'nntps', user },
    authorities: ca === '' ? undefined : authoritiesIn(ca, `the authorities (ca) of the peer ${name}`),
    password: passwordFile === '' ? password : fileContent(passwordFile, `the password of the peer ${name}`),
  };
}

function wanted({ newsgroups, notices, motd, cancels }: PeerConfig): (fed: FedNewsgroup) => boolean {
  const wildmat = Wildmat.parse(newsgroups);
  const kinds = { posts: true, notices, motd, cancels };
  return ({ kind, newsgroup }) => kinds[kind] && wildmat?.matches(newsgroup) === true;
}

/** The newsgroups of a board that peers may be sent. Nothing until its index has been read. */
function* fedBy({ view, fed }: Pick<Board, 'view' | 'fed'>, host: string): Generator<FedNewsgroup> {
  if (fed === undefined || view.notYet !== undefined) return;
  const { newsgroup: main } = view;
  const edits = view.groups.find(({ name }) => name === newsgroupName(main, 'edits'));
  // Notices of edits are in the main newsgroup, too: they are sent as articles of `.edits`.
  const isNotice = (number: number) => edits?.messageId(number) !== undefined;
  const kinds = new Map<string, FedNewsgroup['kind']>([
    [newsgroupName(main, 'motd'), 'motd'],
    [newsgroupName(main, 'edits'), 'notices'],
  ]);
  for (const group of view.groups) {
    const kind = kinds.get(group.name) ?? 'posts';
    const options =
      kind === 'posts'
        ? { host, isLeftOut: isNotice, revisedBy: (number: number) => view.revisedBy?.(number) ?? [] }
        : { host, isLeftOut: () => false, revisedBy: () => [] };
    const articles = (numbers: Iterable<number>) => articleEntries(group, numbers, options);
    yield { kind, newsgroup: group.name, ...fedGroup(group, group.name, fed, articles) };
    if (kind !== 'notices' || view.withdrawnBy === undefined) continue;
    const withdrawnBy = (number: number) => view.withdrawnBy?.(number) ?? [];
    const entries = (numbers: Iterable<number>) => cancelEntries(group, numbers, { host, from: main, withdrawnBy });
    yield { kind: 'cancels', newsgroup: main, ...fedGroup(group, `cancels of ${main}`, fed, entries) };
  }
}

/** @param name the name under which a peer's place is kept @param entries gives those of articles with these numbers */
function fedGroup(
  group: BoardGroup,
  name: string,
  fed: FedPlaces,
  entries: (numbers: Iterable<number>) => Iterable<Entry>,
): Omit<FedNewsgroup, 'kind' | 'newsgroup'> {
  return {
    name,
    high: group.high,
    hasMore: (above) => group.atOrAfter(above + 1) !== undefined,
    entries: (above) => entries(numbersAbove(group, above)),
    returned: group.returned ?? 0,
    late: (above, upTo) => entries(group.returnedSince?.(above, upTo) ?? []),
    turn: (peer) => fed.turn(peer),
    pass: (peer) => fed.pass(peer),
    place: (peer) => fed.get(peer, name),
    setPlace: (peer, place) => fed.put(peer, name, place),
  };
}
