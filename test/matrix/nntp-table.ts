/** NNTP: what each reader is answered to each command (RFC 3977, RFC 4642, RFC 4643). */
import { people } from '../support/whole-server.ts';

/**
 * The columns: a guest of a board that guests read; a stranger to one that they don't, on a connection where a login in the
 * clear is allowed, where it is not, and over TLS; and people of each access level after their login.
 */
export const readers = [
  'guest',
  'stranger',
  'in the clear',
  'over TLS',
  'level 0',
  'level 1',
  'level 2',
  'level 3',
] as const;

export interface NntpRow {
  readonly head: string;
  /** `<ID>` stands for the Message-ID of an article that is there, `<NEW>` for one that an editor has just posted */
  readonly line: string;
  /** the code for each reader */
  readonly answers: readonly number[];
  /** sent before; where one that asks for an article is refused, its answer is the answer */
  readonly before: readonly string[];
}

const IN_GROUP = 'GROUP groggs.gossip';
const ARTICLE = ['Newsgroups: groggs.gossip', 'From: a@b.example', 'Subject: Hello', '', 'Text', '.'].join('\r\n');
const HEAD = ['From: a@b.example', 'Subject: Hello'];
const CANCEL = ['Newsgroups: groggs.gossip', ...HEAD, 'Control: cancel <NEW>', '', 'Gone', '.'].join('\r\n');
const MOTD = ['Newsgroups: groggs.gossip.motd', ...HEAD, '', 'Today', '.'].join('\r\n');

function row(head: string, line: string, answers: NntpRow['answers'], ...before: readonly string[]): NntpRow {
  return { head, line, answers, before };
}

export const nntpRows: readonly NntpRow[] = [
  row('CAPABILITIES', 'CAPABILITIES', [101, 101, 101, 101, 101, 101, 101, 101]),
  row('MODE READER', 'MODE READER', [200, 200, 200, 200, 201, 201, 200, 200]),
  row('MODE STREAM', 'MODE STREAM', [480, 480, 483, 480, 502, 502, 203, 203]),
  row('MODE', 'MODE', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('AUTHINFO', 'AUTHINFO', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('AUTHINFO USER', 'AUTHINFO USER', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('AUTHINFO PASS', 'AUTHINFO PASS', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('AUTHINFO SASL', 'AUTHINFO SASL', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('STARTTLS', 'STARTTLS', [382, 382, 382, 502, 502, 502, 502, 502]),
  row('COMPRESS', 'COMPRESS', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('DATE', 'DATE', [111, 111, 111, 111, 111, 111, 111, 111]),
  row('QUIT', 'QUIT', [205, 205, 205, 205, 205, 205, 205, 205]),
  row('LIST', 'LIST', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST ACTIVE', 'LIST ACTIVE', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST ACTIVE.TIMES', 'LIST ACTIVE.TIMES', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST COUNTS', 'LIST COUNTS', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST DISTRIBUTIONS', 'LIST DISTRIBUTIONS', [503, 480, 483, 480, 502, 503, 503, 503]),
  row('LIST HEADERS', 'LIST HEADERS', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST MODERATORS', 'LIST MODERATORS', [503, 480, 483, 480, 502, 503, 503, 503]),
  row('LIST MOTD', 'LIST MOTD', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST NEWSGROUPS', 'LIST NEWSGROUPS', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST OVERVIEW.FMT', 'LIST OVERVIEW.FMT', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('LIST SUBSCRIPTIONS', 'LIST SUBSCRIPTIONS', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('GROUP', 'GROUP', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('LISTGROUP', 'LISTGROUP', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('NEWGROUPS', 'NEWGROUPS', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('NEWNEWS', 'NEWNEWS', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('ARTICLE', 'ARTICLE', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('HEAD', 'HEAD', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('BODY', 'BODY', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('STAT', 'STAT', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('NEXT', 'NEXT', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('LAST', 'LAST', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('OVER', 'OVER', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('HDR', 'HDR', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('XOVER', 'XOVER', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('XHDR', 'XHDR', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('XPAT', 'XPAT', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('XGTITLE', 'XGTITLE', [412, 480, 483, 480, 502, 412, 412, 412]),
  row('POST', 'POST', [480, 480, 483, 480, 440, 440, 340, 340]),
  row('IHAVE', 'IHAVE', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('CHECK', 'CHECK', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('TAKETHIS', 'TAKETHIS\r\n.', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('HELP', 'HELP', [100, 100, 100, 100, 100, 100, 100, 100]),
  row('AUTHINFO USER', `AUTHINFO USER ${people.proving[2]}`, [381, 381, 483, 381, 502, 502, 502, 502]),
  row(
    'AUTHINFO PASS',
    `AUTHINFO PASS ${people.password}`,
    [281, 281, 483, 281, 502, 502, 502, 502],
    `AUTHINFO USER ${people.proving[2]}`,
  ),
  row('AUTHINFO SASL', 'AUTHINFO SASL PLAIN', [383, 383, 483, 383, 502, 502, 502, 502]),
  row('AUTHINFO', 'AUTHINFO GENERIC x', [501, 501, 501, 501, 501, 501, 501, 501]),
  row('COMPRESS', 'COMPRESS DEFLATE', [206, 206, 206, 206, 206, 206, 206, 206]),
  row('LIST ACTIVE', 'LIST ACTIVE groggs.*', [215, 480, 483, 480, 502, 215, 215, 215]),
  row('GROUP', 'GROUP groggs.gossip', [211, 480, 483, 480, 502, 211, 211, 211]),
  row('LISTGROUP', 'LISTGROUP groggs.gossip', [211, 480, 483, 480, 502, 211, 211, 211]),
  row('LISTGROUP', 'LISTGROUP', [211, 480, 483, 480, 502, 211, 211, 211], IN_GROUP),
  row('NEWGROUPS', 'NEWGROUPS 20000101 000000 GMT', [231, 480, 483, 480, 502, 231, 231, 231]),
  row('NEWNEWS', 'NEWNEWS * 20000101 000000 GMT', [230, 480, 483, 480, 502, 230, 230, 230]),
  row('ARTICLE', 'ARTICLE 1', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('ARTICLE', 'ARTICLE', [220, 480, 483, 480, 502, 220, 220, 220], IN_GROUP),
  row('ARTICLE', 'ARTICLE 99', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('ARTICLE', 'ARTICLE <no@id>', [430, 480, 483, 480, 502, 430, 430, 430]),
  row('HEAD', 'HEAD 1', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('HEAD', 'HEAD', [221, 480, 483, 480, 502, 221, 221, 221], IN_GROUP),
  row('HEAD', 'HEAD 99', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('HEAD', 'HEAD <no@id>', [430, 480, 483, 480, 502, 430, 430, 430]),
  row('BODY', 'BODY 1', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('BODY', 'BODY', [222, 480, 483, 480, 502, 222, 222, 222], IN_GROUP),
  row('BODY', 'BODY 99', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('BODY', 'BODY <no@id>', [430, 480, 483, 480, 502, 430, 430, 430]),
  row('STAT', 'STAT 1', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('STAT', 'STAT', [223, 480, 483, 480, 502, 223, 223, 223], IN_GROUP),
  row('STAT', 'STAT 99', [423, 480, 483, 480, 502, 423, 423, 423], IN_GROUP),
  row('STAT', 'STAT <no@id>', [430, 480, 483, 480, 502, 430, 430, 430]),
  row('NEXT', 'NEXT', [421, 480, 483, 480, 502, 421, 421, 421], IN_GROUP),
  row('LAST', 'LAST', [422, 480, 483, 480, 502, 422, 422, 422], IN_GROUP),
  row('OVER', 'OVER 1-', [224, 480, 483, 480, 502, 224, 224, 224], IN_GROUP),
  row('OVER', 'OVER <no@id>', [430, 480, 483, 480, 502, 430, 430, 430]),
  row('XOVER', 'XOVER 1-', [224, 480, 483, 480, 502, 224, 224, 224], IN_GROUP),
  row('HDR', 'HDR Subject 1-', [225, 480, 483, 480, 502, 225, 225, 225], IN_GROUP),
  row('XHDR', 'XHDR Subject 1-', [221, 480, 483, 480, 502, 221, 221, 221], IN_GROUP),
  row('XPAT', 'XPAT Subject 1- *', [221, 480, 483, 480, 502, 221, 221, 221], IN_GROUP),
  row('XGTITLE', 'XGTITLE *', [282, 480, 483, 480, 502, 282, 282, 282]),
  row('ARTICLE', 'ARTICLE <ID>', [220, 480, 483, 480, 502, 220, 220, 220]),
  row('HEAD', 'HEAD <ID>', [221, 480, 483, 480, 502, 221, 221, 221]),
  row('BODY', 'BODY <ID>', [222, 480, 483, 480, 502, 222, 222, 222]),
  row('STAT', 'STAT <ID>', [223, 480, 483, 480, 502, 223, 223, 223]),
  row('OVER', 'OVER <ID>', [224, 480, 483, 480, 502, 224, 224, 224]),
  row('HDR', 'HDR Subject <ID>', [225, 480, 483, 480, 502, 225, 225, 225]),
  row('XHDR', 'XHDR Subject <ID>', [221, 480, 483, 480, 502, 221, 221, 221]),
  row('XPAT', 'XPAT Subject <ID> *', [221, 480, 483, 480, 502, 221, 221, 221]),
  row('GROUP', 'GROUP groggs.gossip.edits', [211, 480, 483, 480, 502, 211, 211, 211]),
  row('GROUP', 'GROUP groggs.gossip.motd', [211, 480, 483, 480, 502, 211, 211, 211]),
  row('IHAVE', 'IHAVE <ID>', [480, 480, 483, 480, 502, 502, 435, 435]),
  row('CHECK', 'CHECK <ID>', [480, 480, 483, 480, 502, 502, 438, 438]),
  row('TAKETHIS', `TAKETHIS <ID>\r\n${ARTICLE}`, [480, 480, 483, 480, 502, 502, 439, 439]),
  row('POST', ARTICLE, [480, 480, 483, 480, 440, 440, 240, 240], 'POST'),
  row('POST', CANCEL, [480, 480, 483, 480, 440, 440, 441, 240], 'POST'),
  row('POST', MOTD, [480, 480, 483, 480, 440, 440, 441, 240], 'POST'),
  row('IHAVE', 'IHAVE <a@b.example>', [480, 480, 483, 480, 502, 502, 335, 335]),
  row('IHAVE', ARTICLE, [480, 480, 483, 480, 502, 502, 437, 437], 'IHAVE <a@b.example>'),
  row('CHECK', 'CHECK <a@b.example>', [480, 480, 483, 480, 502, 502, 238, 238]),
  row('TAKETHIS', `TAKETHIS <a@b.example>\r\n${ARTICLE}`, [480, 480, 483, 480, 502, 502, 439, 439]),
];
