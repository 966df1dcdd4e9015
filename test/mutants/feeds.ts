import { breaking, HANGS } from './mutant.ts';

const IN = 'test/nntp/rfc4644.test.ts';
const OUT = 'test/feed/peer-feed.test.ts';
const BRIDGES = 'test/store/postgres/bridges.test.ts';
const POSTED = 'test/bridge/posting/feeds-in.test.ts';

export const feedMutants = [
  ...breaking(
    'src/nntp/commands/takethis.ts',
    [IN],
    [
      'TAKETHIS reads its article even if it refuses it',
      'return (await client.transport.nextArticle(0)) && refused;',
      'return refused;',
    ],
    [
      'TAKETHIS takes nothing that is there already',
      "return client.reader.offer?.(messageId) === 'held' ? withId(439, messageId, 'Duplicate') : undefined;",
      'return undefined;',
    ],
  ),
  ...breaking(
    'src/nntp/dispatch.ts',
    [IN],
    [
      'what follows a TAKETHIS that is not understood is its article',
      'if (!isTakethis(line)) return answer;',
      'if (line.length > 0) return answer;',
    ],
    [
      'what follows a TAKETHIS that was not kept is not run as commands',
      'return TAKETHIS.test(head) ? LOST_ARTICLE',
      "return head === '-' ? LOST_ARTICLE",
    ],
  ),
  ...breaking(
    'src/nntp/commands/receive.ts',
    [IN],
    [
      'what can be tried again is not refused for good',
      'const LATER = { post: 441, feed: 436, stream: 400 }',
      'const LATER = { post: 441, feed: 436, stream: 439 }',
    ],
    [
      'after 400 the connection ends',
      'if (code === LATER.stream) return [answer, null];',
      'if (code === LATER.stream) return answer;',
    ],
    [
      'who is sending an article has it to itself',
      'const arrived = isFeed && messageId !== undefined ? client.reader.arriving?.(messageId) : undefined;',
      'const arrived = isFeed && messageId === undefined ? client.reader.arriving?.(task) : undefined;',
    ],
    ['and no longer than that', '    arrived?.();\n', ''],
  ),
  ...breaking(
    'src/nntp/commands/mode-stream.ts',
    [IN],
    [
      'STREAMING is announced where it can be used',
      "if (client.reader.offer && client.access.post) report.push('STREAMING');",
      "if (client.reader.offer) report.push('STREAMING');",
    ],
  ),
  ...breaking(
    'src/nntp/commands/takethis.ts',
    [IN],
    [
      'what is refused before it comes takes no memory',
      'client.transport.nextArticle(0)',
      'client.transport.nextArticle(client.shared.limits.article)',
    ],
  ),
  ...breaking('src/nntp/commands/feeding.ts', [IN], ['an answer fits its line', 'oneLine(`', 'String(`']),
  ...breaking(
    'src/bridge/posting/offers.ts',
    [POSTED],
    ['an offer is one session’s', 'promised.by !== by && promised.until', 'promised.until'],
    ['not for ever', 'promised.until > this.#clock()', 'promised.until > 0'],
    ['offers are bounded', 'if (until > now && this.#promised.size <= MOST) break;', 'if (until > now) break;'],
    [
      'who has gone brings nothing',
      'if (promised.by === by) this.#promised.delete(id);',
      'if (promised.by === by) this.#promised.has(id);',
    ],
    [
      'several may be sending it',
      'if (senders.size === 0) this.#arriving.delete(messageId);',
      'this.#arriving.delete(messageId);',
    ],
  ),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    ['test/bridge/posting/article-poster.test.ts'],
    [
      'a Message-ID is posted once, on however many connections at once',
      'await this.#ids.run(id, async () => {',
      "await this.#ids.run(randomBytes(9).toString('hex'), async () => {",
    ],
  ),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    [POSTED],
    [
      'what another session brings is not asked for',
      'if (busy || !canPost || this.#offers.isElsewhere(messageId, by)) return',
      'if (busy || !canPost) return',
    ],
    [
      'a follow-up that comes too early is not refused for good',
      "const kind = isEarly ? 'early' : 'rejected';",
      "const kind = isEarly ? 'rejected' : 'rejected';",
    ],
    ['what we made ourselves is held', '|| this.#isOurs(messageId)) return', '|| messageId === "") return'],
  ),
  ...breaking(
    'src/bridge/posting/early-articles.ts',
    [POSTED],
    ['what it follows may never come', 'if (now - since < PATIENCE) return true;', 'if (now >= since) return true;'],
    ['follow-ups that wait are bounded', 'if (this.#since.size > MOST)', 'if (this.#since.size < 0)'],
    [
      'what was posted waits no more',
      '  posted(messageId: string): void {\n    this.#since.delete(messageId);',
      '  posted(messageId: string): void {\n    this.#since.has(messageId);',
    ],
  ),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    ['test/bridge/posting/posting.test.ts'],
    ['nothing is asked for that could not be posted', 'if (busy || !canPost || this', 'if (busy || this'],
  ),
  ...breaking(
    'src/bridge/view/headers.ts',
    ['test/bridge/view/mapping.test.ts'],
    ['the way an article came is kept', 'return own.path ? ', 'return own.path === this.#path ? '],
    [
      'what was injected elsewhere was not injected here',
      'return own !== undefined && !own.path;',
      'return own !== undefined;',
    ],
  ),
  ...breaking(
    'src/news/posting/posting.ts',
    [POSTED],
    ['a Path fits its line', 'if (path.length <= MAX_PATH) return path;', 'if (path.length > 0) return path;'],
    [
      'what was posted here has no Path',
      "rules.feed ? readPath(only(fields, 'Path')) : ''",
      "readPath(only(fields, 'Path'))",
    ],
  ),
  ...breaking(
    'src/store/permanent-file.ts',
    ['test/store/permanent.test.ts'],
    ['the Path is kept for good', "post.references, post.path ?? '');", "post.references, '');"],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    [POSTED],
    ['the Path is the post’s', "path: plan.path ?? '',", "path: '',"],
  ),
  ...breaking(
    'src/feed/newsgroup-feed.ts',
    [OUT],
    [
      'how far a peer is, is known from its answers alone',
      'const answer = await transfer;',
      'this.#settled.add(offer.messageId);\n    const answer = await transfer;',
    ],
    ['nothing is skipped', 'const done = open < 0 ? entries : entries.slice(0, open);', 'const done = entries;'],
    [
      'what is settled is not sent again',
      'if (this.#settled.has(offer.messageId)) continue;',
      'if (offers < 0) continue;',
    ],
    ['no more than a batch is sent ahead of what is deferred', 'if (offers >= BATCH || entries', 'if (entries'],
    [
      'an article is not offered back to where it came from',
      'if (!isSent || hasPassed(offer.path, path)) this',
      'if (!isSent) this',
    ],
    ['a new peer begins where it is to begin', "const start = from === 'now' ? fed.high : 0;", 'const start = 0;'],
    ['what comes in late is sent', 'return this.#returned !== fed.returned;', 'return fed.returned < 0;'],
    [
      'but not what was there before the peer',
      'this.#late = { returned: fed.returned, number: first };',
      'this.#late = { returned: fed.returned, number: 0 };',
    ],
    ['what takes many batches is read once', 'if (offers.length > BATCH) this.#long = read;', ''],
    [
      'and again if something is back',
      'this.#long?.number === number && this.#long.returned === returned',
      'this.#long?.number === number',
    ],
    ['an answer is not lost before its turn comes', '  answer.catch(() => {});\n', ''],
    [
      'an answer of another article settles nothing',
      "if (answer.text.split(' ')[0] !== messageId)",
      "if (answer.text.split(' ')[0] === '')",
    ],
  ),
  ...breaking(
    'src/feed/peer-feed.ts',
    [OUT],
    [
      'a peer that is away is left alone for a while',
      'return this.#options.clock() >= this.#until;',
      'return this.#until < Infinity;',
    ],
    ['a peer can’t fill the log', 'log: boundedLog(options.log) };', 'log: options.log };'],
    ['with jitter', '(0.5 + random() / 2)', '(1 + random() / 2)'],
  ),
  ...breaking(
    'src/feed/peer-connection.ts',
    [OUT],
    ['who certifies a peer is what the operator says', 'ca: authorities }', 'rejectUnauthorized: false }'],
    ['a peer’s records are decrypted in turns', 'socket: new Paced(below, this)', 'socket: below'],
    [
      'a peer that does not answer is away',
      'if (this.#waiting.length > 0) this.#gaveUp',
      'if (this.#waiting.length < 0) this.#gaveUp',
      HANGS,
    ],
    [
      'so is one whose answer never ends',
      'this.#begun ??= setTimeout(() => this.#gaveUp(), this.#patience).unref();',
      'this.#begun ??= undefined;',
      HANGS,
    ],
    ['nothing is taken from a peer after QUIT', '    if (this.closed) return;\n    this.#lines', '    this.#lines'],
    [
      'a peer that never hangs up is hung up on',
      'setTimeout(() => this.#socket.destroy(), Math.min(this.#patience, FAREWELL)).unref();',
      'this.#socket.setTimeout(0);',
      HANGS,
    ],
  ),
  ...breaking(
    'src/server/feeds.ts',
    ['test/server/feeds.test.ts'],
    ['notices go where they are asked for', '{ posts: true, notices, motd', '{ posts: true, notices: true, motd'],
    ['so do messages of the day', 'notices, motd, cancels };', 'notices, motd: true, cancels };'],
    ['and cancels', 'notices, motd, cancels };', 'notices, motd, cancels: true };'],
    [
      'what editors did is not sent with the posts',
      '? { host, isLeftOut: isNotice,',
      '? { host, isLeftOut: () => false,',
    ],
    ['an edited post is sent again where that is asked for', 'revision: peer.supersedes', 'revision: true'],
    [
      'a reload leaves alone what is as it was',
      'this.#running.find(sameAs(one)) ?? this.#start(one)',
      'this.#start(one)',
    ],
  ),
  ...breaking(
    'src/feed/articles.ts',
    ['test/server/feeds.test.ts'],
    ['a superseding article says what it replaces', '`, `Supersedes: $', '`, `X-Supersedes: $'],
    ['an article says where it was injected', '!.POSTED!not-for-mail\\r\\n`)', '!not-for-mail\\r\\n`)'],
  ),
  ...breaking(
    'src/bridge/view/board-view.ts',
    ['test/bridge/view/gone.test.ts'],
    [
      'an edit takes the place of the one before',
      'const last = edits.findLast((edit) => edit > post);',
      'const last = edits.findLast((edit) => edit < post);',
    ],
    [
      'what was sent after edits is cancelled too',
      'edit > each ? this.#ids.revision(each, edit) : undefined',
      'edit < each ? this.#ids.revision(each, edit) : undefined',
    ],
    ['what an editor took out of the index is cancelled', 'yield* this.#goneBefore(row);', 'yield* [];'],
  ),
  ...breaking(
    'src/bridge/posting/rgtp-poster.ts',
    ['test/server/feeds.test.ts'],
    [
      'who answers to a revision answers to the post',
      'withReference(named(posting.references, index), repliedTo',
      'withReference(posting.references, repliedTo',
    ],
  ),
  ...breaking(
    'src/bridge/view/group-view.ts',
    ['test/bridge/view/returned.test.ts'],
    ['what is back is told', 'this.returned++;', 'this.returned += 0;'],
    ['and found', 'yield this.#numberOf(rows[at] ?? 0);', 'if (above < 0) yield 0;'],
  ),
  ...breaking(
    'src/feed/peer-feed.ts',
    [OUT],
    ['what another server sends is not sent from here', "return typeof turn === 'number';", 'return turn !== null;'],
    [
      'a new turn begins from the place, whatever was known',
      '      strand.feed = this.#newFeed();\n',
      '      this.#newFeed();\n',
    ],
    [
      'who gets no text for a peer lets another try',
      'strand.pause.failed();\n        fed.pass(this.#options.name);',
      'strand.pause.failed();',
    ],
    [
      'who can’t reach a peer lets another try',
      'this.#failed(error);\n      fed.pass(this.#options.name);',
      'this.#failed(error);',
    ],
    [
      'whose configuration no longer has a peer lets another feed it',
      'if (this.#strands.has(fed.name)) fed.pass(name);',
      'if (!this.#strands.has(fed.name)) fed.pass(name);',
    ],
  ),
  ...breaking(
    'src/server/fed-places.ts',
    ['test/server/fed-places.test.ts'],
    ['who begins to feed goes on where the other was', '    await read();\n    if', '    if'],
    [
      'a turn that ends while its places are read has not begun',
      'if (shared?.turn(peer) !== turn) return undefined;',
      '',
    ],
  ),
  ...breaking(
    'src/store/postgres/turns.ts',
    [BRIDGES],
    [
      'one bridge feeds a peer',
      "isDone ? ++this.#turns : 'elsewhere'",
      'isDone ? ++this.#turns : ++this.#turns',
      HANGS,
    ],
    ['who passes leaves the lock to others', "wanted ? 'pg_try_advisory_lock'", "name ? 'pg_try_advisory_lock'", HANGS],
  ),
  ...breaking(
    'src/store/postgres/membership.ts',
    [BRIDGES],
    ['who may have been replaced does not feed', 'return this.#lease.isValid ? turn : undefined;', 'return turn;'],
    ['who is cut off does not feed', '    this.#turns.lost();\n', '', HANGS],
  ),
];
