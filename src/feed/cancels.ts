import type { Newsgroup } from '../nntp/backend.ts';
import { headerOf } from './articles.ts';
import type { Entry, Offer } from './source.ts';

type Notices = Pick<Newsgroup, 'header'>;

/** RFC 5536 §3.1.3: octets. */
const LONGEST_ID = 250;

export interface Gone {
  readonly messageId: string;
  readonly kind: 'post' | 'revision' | 'notice';
}

export interface Withdrawals {
  /** this server in Path */
  readonly host: string;
  /** the newsgroup that the posts were in */
  readonly from: string;
  /** what was withdrawn, by the number of its notice */
  withdrawnBy(number: number): Iterable<Gone>;
}

/** A cancel (RFC 5537 §5.3) for each post whose withdrawal these notices report. */
export function* cancelEntries(notices: Notices, numbers: Iterable<number>, made: Withdrawals): Generator<Entry> {
  for (const number of numbers) yield { number, offers: cancelOffers(notices, number, made) };
}

function* cancelOffers(notices: Notices, number: number, made: Withdrawals): Generator<Offer> {
  const date = headerOf(notices, 'date', number);
  // For an editor's cancel that came from a peer, the notice has that peer's path.
  const way = headerOf(notices, 'path', number);
  for (const gone of made.withdrawnBy(number)) {
    const offer = cancelOffer(gone, { date, way }, made);
    if (offer !== undefined) yield offer;
  }
}

function cancelOffer(
  { messageId: id, kind }: Gone,
  { date, way }: Pick<Cancel, 'date' | 'way'>,
  { host, from }: Withdrawals,
): Offer | undefined {
  // The same in every attempt and from every bridge, so that a peer recognises it.
  const messageId = `<cancel.${id.slice(1)}`;
  if (messageId.length > LONGEST_ID) return undefined;
  return {
    messageId,
    ...(kind !== 'post' && { kind }),
    path: way,
    article: () => cancelOf({ id, messageId, date, way, host, from }),
  };
}

interface Cancel {
  readonly id: string;
  readonly messageId: string;
  readonly date: string;
  readonly way: string;
  readonly host: string;
  readonly from: string;
}

function cancelOf({ id, messageId, date, way, host, from }: Cancel): Buffer {
  const lines = [
    `Path: ${way === `${host}!not-for-mail` ? `${host}!.POSTED!not-for-mail` : way}`,
    `From: usenet@${host}`,
    `Newsgroups: ${from}`,
    `Subject: cmsg cancel ${id}`,
    `Date: ${date}`,
    `Message-ID: ${messageId}`,
    `Control: cancel ${id}`,
    `Injection-Date: ${date}`,
    `Injection-Info: ${host}`,
    '',
    'This post was withdrawn from its board.',
    '.',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
