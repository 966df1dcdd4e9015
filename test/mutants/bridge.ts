// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking, HANGS } from './mutant.ts';

const POSTING = [
  'test/bridge/posting/faults.test.ts',
  'test/bridge/posting/posting.test.ts',
  'test/bridge/posting/answers.test.ts',
];

export const bridgeMutants = [
  ...breaking(
    'src/bridge/posting/sender.ts',
    POSTING,
    [
      'a Message-ID that is on the board is a duplicate',
      'if (await lost.wasPosted(known.intent)) throw this.#isThere(intent);',
      'await permanent.forget(intent.messageId);',
    ],
    [
      'a post whose outcome is unknown is looked for before it is sent again',
      'if (found !== undefined) return { ...found, plan };',
      '',
    ],
    [
      'a post is looked for as what it has become',
      "if (typeof outcome === 'number') return { sequence: outcome, plan };",
      "if (typeof outcome === 'number') return { sequence: outcome, plan: first };",
    ],
    [
      'what the board refused is free to be posted again',
      '      await permanent.forget(intent.messageId);\n      throw outcome.error;',
      '      throw outcome.error;',
    ],
    [
      'a post is revised in the store before another command is sent',
      '        await permanent.revise(intent.messageId, formatPlan(plan));\n      };',
      '      };',
    ],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    POSTING,
    [
      'the store knows of a post before its readers do',
      'await permanent.done(post);',
      'permanent.done(post).catch(() => {});',
    ],
    ['readers see what was acknowledged', '    await posted.read;\n', ''],
    [
      'what a dying process stores is not missed by the next',
      'const intents = await permanent.intents();\n    const posts = await permanent.ownPosts();',
      'const posts = await permanent.ownPosts();\n    const intents = await permanent.intents();',
    ],
  ),
  ...breaking(
    'src/bridge/posting/reading-back.ts',
    ['test/bridge/posting/reading-back.test.ts'],
    [
      'where everybody under way is waiting, nobody waits longer',
      '    else if (this.#areAllHere) this.#gathered?.();\n',
      '',
    ],
    ['… nor where all were there before', '    if (this.#areAllHere) resolve();\n', ''],
  ),
  ...breaking(
    'src/bridge/posting/sender.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what another bridge works on is not settled here',
      'if (known.intent.elsewhere !== true) {',
      'if (known.known) {',
      HANGS,
    ],
    [
      'who was cut off sends nothing that commits',
      'ownership === undefined ? board : guarded(board, ownership)',
      'board',
    ],
    [
      'posts of two bridges that look alike go one after the other',
      '      twin: textKey(order.author.userid, order.hash),\n',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what a dead bridge left is looked for',
      '        void this.#lost.settleAlone(pending);\n      }\n',
      '        void pending;\n      }\n',
      HANGS,
    ],
  ),
  ...breaking(
    'src/bridge/posting/row-gate.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what another bridge has under way is held back',
      'else if (others?.includes(elsewhere, authors()) === true) await others.change();',
      'else if (others?.includes(elsewhere, authors()) === true) return;',
    ],
    ['… whatever has been heard of it', 'if (rows.length > 0) await others?.catchUp();', ''],
  ),
  ...breaking(
    'src/bridge/posting/other-bridges.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what was taken over is held back before it is heard of',
      'const isElsewhere = elsewhere === true || !(isOurs(messageId) || own.find(messageId) !== undefined);',
      'const isElsewhere = elsewhere === true;',
    ],
  ),
  ...breaking(
    'src/bridge/view/board-view.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what was acknowledged is not denied',
      "return this.#ids.whyNot(messageId) === 'unread' ? UNREAD : undefined;",
      'return undefined;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/sender.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'a post in doubt is settled although nothing polls',
      "if (others !== undefined) void lost.settleAlone(pending);\n        throw new Refusal('unavailable', unknown",
      "throw new Refusal('unavailable', unknown",
      HANGS,
    ],
  ),
  ...breaking(
    'src/bridge/posting/guarded.ts',
    ['test/bridge/posting/guarded.test.ts'],
    [
      'a command that may arrive late is cut off',
      'ownership.whenLost(() => board.cut())',
      'ownership.whenLost(() => {})',
    ],
    ['what has been answered is not cut', '      end();\n', ''],
  ),
  ...breaking(
    'src/bridge/mirror/company.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what another bridge has shown is shown before it is denied',
      'if (this.#shown >= version) return;',
      'if (this.#shown <= version) return;',
    ],
    [
      'who could not catch up does not say that there is nothing',
      '    await this.#asking.run();\n',
      '    await this.#asking.run().catch(() => {});\n',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/agreement.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'who was the last to show something is in step',
      'if (this.#shared.made === this.#seen + 1n) this.#seen++;',
      'if (this.#shared.made === this.#seen + 1n) this.#seen;',
      'it costs a poll, which finds nothing: what is said is the same',
    ],
  ),
  ...breaking(
    'src/bridge/posting/rgtp-poster.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'a follow-up of what another bridge has just shown is taken',
      '      await index.catchUp();\n',
      '      if (index.catchUp === undefined) await index;\n',
    ],
  ),
  ...breaking(
    'src/nntp/dispatch.ts',
    ['test/nntp/company.test.ts'],
    [
      'nothing is denied before other servers are asked',
      'reader.inCompany === true ? this.#claimOf',
      'reader.inCompany === false ? this.#claimOf',
    ],
    [
      'what can not be known is neither said nor denied',
      "claim?.otherwise === 'refuse' ? this.#client.refuse",
      'claim === undefined ? this.#client.refuse',
    ],
    [
      'who is cut off is read all the same',
      "claim?.otherwise === 'refuse' ? this.#client.refuse",
      'claim !== undefined ? this.#client.refuse',
    ],
    [
      'who may not read asks nobody',
      'if (command.claims === undefined || this.#mayNotRead(command.head)) return undefined;',
      'if (command.claims === undefined) return undefined;',
    ],
  ),
  ...breaking(
    'src/nntp/commands/claim.ts',
    ['test/nntp/company.test.ts'],
    ['a range may reach beyond what is here', 'high <= known ||', 'high <= known + 1 ||'],
    ['a list that lacks articles that it was asked for is not sent', '&& low <= known;', '|| low <= known;'],
  ),
  ...breaking(
    'src/bridge/posting/unread-posts.ts',
    [...POSTING, 'test/bridge/posting/restored.test.ts'],
    [
      'the row of another does not get the Message-ID of a post',
      'if (!sameUserid(plan.userid, userid)) return false;',
      '',
    ],
    [
      'a post that was not read when it was due is known by its text',
      'return !isOverdue || this.#reader.use(',
      'return sequence >= 0 || this.#reader.use(',
    ],
    [
      'what has the number of an unread post is looked at before anything is sent',
      'times.get(unread.sequence) ?? null;',
      'null;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/known-rows.ts',
    ['test/bridge/posting/restored.test.ts'],
    [
      'a post that a restored board has lost is not in the place of another',
      'if (before === undefined || before.time === sign.time) return true;',
      'return true;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/known-rows.ts',
    ['test/bridge/mirror/promises-of-several.test.ts'],
    [
      'another bridge’s post is known by its row, not by its number, before the row is read here',
      'this.#model.posts.length > 0 && !this.#isShared;',
      'this.#model.posts.length > 0 && this.#isShared !== undefined;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/unread-posts.ts',
    ['test/bridge/mirror/promises-of-several.test.ts'],
    ['… nor is its number taken where the board has lost it', 'isOverdue || this.#found.has(messageId)', 'isOverdue'],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    ['test/bridge/posting/restored.test.ts'],
    ['an acknowledged post that was not read back is in doubt', '    this.#unread.overdue(order.messageId);\n', ''],
  ),
  ...breaking('src/bridge/posting/board-poster.ts', POSTING, [
    'an acknowledged post that was not read is in doubt after a restart, too',
    '      poster.#unread.overdue(messageId);\n',
    '',
  ]),
  ...breaking(
    'src/bridge/posting/row-gate.ts',
    POSTING,
    [
      'the store knows the epoch of a post before its readers do',
      'await Promise.all(posts.map((post) => permanent.done(post)));',
      '',
    ],
    ['a row waits for a post that is lost while it waits', 'await flights.landing;\n', 'return flights.landing;\n'],
    ['a row whose Message-ID is not known yet is not shown', '      throw new HeldBack();\n', ''],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    ['test/bridge/posting/edited.test.ts'],
    [
      'what is acknowledged is stored',
      'if (posted.trouble !== undefined) await this.#storeAgain(order.messageId);',
      '',
    ],
    [
      '… and what is not is not acknowledged',
      "throw new Refusal('unavailable', `${trouble}; ${NOT_STORED}`, { cause });",
      'trouble.toString();',
    ],
  ),
  ...breaking(
    'src/bridge/posting/search.ts',
    ['test/bridge/posting/edited.test.ts', 'test/bridge/posting/search.test.ts'],
    [
      'a post that an editor has changed since is not sent again',
      'if (isPlans === undefined && isSubject)',
      'if (isPlans === undefined && !isSubject)',
    ],
    [
      '… only if it was changed since',
      'return item?.lastEdit !== undefined && isAfter(item.lastEdit, sequence) ? undefined : false;',
      'return item === undefined ? false : undefined;',
    ],
    ['… nor if it is another post under way', ' && (hash === undefined || known.isAnothers?.(hash) !== true)', ''],
    ['… nor under another subject', "!('subject' in deed) || deed.subject === entry.subject", 'true'],
    ['… and is told as a guess', 'isGuess: true', 'isGuess: false'],
    ['… as is an earlier message of the day', 'motd?.sequence === sequence ? hash', 'motd !== undefined ? hash'],
  ),
  ...breaking(
    'src/bridge/posting/board-poster.ts',
    ['test/bridge/posting/edited.test.ts'],
    ['a guess is not acknowledged', 'if (doubt !== undefined) throw doubt;', ''],
  ),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    ['test/bridge/posting/edited.test.ts'],
    ['… nor called a duplicate', 'board.poster.doubtOf?.(messageId) ?? ', ''],
  ),
  ...breaking(
    'src/bridge/posting/unread-posts.ts',
    ['test/bridge/posting/edited.test.ts'],
    [
      'an acknowledged post may have been edited before it is read',
      '!sameUserid(plan.userid, userid)',
      '!sameUserid(plan.userid, userid) || isOverdue',
    ],
  ),
  ...breaking(
    'src/bridge/posting/row-gate.ts',
    ['test/bridge/posting/answers.test.ts'],
    [
      'the row of a post that a restored board has lost is not that of another',
      'post === undefined || own.idOf(newsgroup, epoch, sequence) !== undefined',
      'post === undefined',
    ],
  ),
  ...breaking(
    'src/bridge/posting/lost-posts.ts',
    ['test/bridge/mirror/promises-of-several.test.ts'],
    ['who has read nothing yet knows what others have shown', '    await rows.look();\n', ''],
  ),
  ...breaking(
    'src/bridge/posting/lost-posts.ts',
    ['test/bridge/posting/answers.test.ts'],
    [
      'what was looked for too early is looked for again',
      'if (!isOpen) return;\n        pause',
      'if (isOpen || !isOpen) return;\n        pause',
    ],
    [
      'a board whose answers tell nothing is not asked for ever',
      'if (!isAway && ++errors === MAX_ERRORS) {',
      'if (!isAway && ++errors < 0) {',
    ],
    ['a board that is away tells nothing', 'if (!isAway && ++errors', 'if (++errors'],
    [
      'a late look forgets nothing that was intended meanwhile',
      'then the intent is a different one.\n      if (!isOpen()) return;',
      'then the intent is a different one.',
    ],
  ),
  ...breaking(
    'src/bridge/posting/plan.ts',
    ['test/bridge/posting/answers.test.ts'],
    [
      'two posts of one author with one text go one after the other',
      'return `${userid.toLowerCase()} ${hash}`;',
      'return `${userid.toLowerCase()} ${hash} ${Math.random()}`;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/search.ts',
    ['test/bridge/posting/search.test.ts'],
    ['the post of another is not taken for ours', 'if (!sameUserid(entry.userid, userid)) return false;', ''],
    [
      'an older post is not taken for the one looked for',
      'return moment !== undefined && !known.isOlder(sign, moment);',
      'return moment !== undefined;',
    ],
    [
      '… nor where the board goes on from what was known',
      'if ((moment === undefined || goesOn) && isNewer(sign.sequence, plan.after)) return true;',
      'if (moment === undefined || goesOn) return true;',
    ],
    [
      'a restored board is recognised by the row that is gone',
      'if (moment?.newest !== undefined && !goesOn) await read(undefined);',
      '',
    ],
    [
      'a post after a wrap is found where a board compares plain numbers',
      'return isAfter(0, sequence) ? undefined : { sequence };',
      'return isAfter(0, sequence) && sequence < 0 ? undefined : { sequence };',
    ],
    ['another row of the same number is not the newest', '    time === landmark.time &&\n', ''],
    ['one post is not found for two', '    if (known.isTaken(signOf(entry), plan)) continue;\n', ''],
    [
      'one withdrawal is not found for two',
      'const isWanted = (sign: Sign) => isNew(sign) && !known.isTaken(sign, plan);',
      'const isWanted = (sign: Sign) => sign.sequence >= 0;',
    ],
    [
      'another text is not taken for ours',
      'posts.some(({ lines }) => hashOf(lines) === plan.hash)',
      'posts.length > 0',
    ],
  ),
  ...breaking(
    'src/bridge/posting/known-rows.ts',
    ['test/bridge/posting/search.test.ts', 'test/bridge/posting/answers.test.ts'],
    [
      'what came since is new, whatever its number',
      'if (row >= 0) return (numbers[row] ?? 0) <= number;',
      'if (row >= 0) return number >= 0;',
    ],
    ['another post of the same number is no older one', '(time === undefined || times[row] === time)', 'time !== -1'],
    [
      'a post that is found has the epoch of its row, whatever its bridge knew',
      'if (sign !== undefined) return',
      'if (sign !== undefined && sequence < 0) return',
    ],
    [
      'what is gone was there before',
      'if (row < 0 || kinds[row] === PostKind.Gone) return 0;',
      'if (row < 0) return 0;',
    ],
    [
      'with the cache lost an older post is known by its time',
      'return sign.time < (this.#shown?.since ?? newest.time);',
      'return sign.time < 0;',
    ],
    [
      '… if it is older than all that the store has: the clock may have been set back',
      'return sign.time < (this.#shown?.since ?? newest.time);',
      'return sign.time < newest.time;',
    ],
    ['what the store has was shown before', 'if (before !== undefined) return before.number <= number;', ''],
    ['a number that the store knows as another post’s is free', ' || this.#shown?.sequences.has(sign.sequence)', ''],
    [
      '… and as that post’s it is taken, in its epoch',
      'if (before !== undefined) return this.#isOwn(before.epoch, sign.sequence);',
      '',
    ],
    ['of many rows the store has the newest', 'isCut(rows) ? since : ', ''],
    ['the number of a lost post of ours is free', 'this.#rowOf(sign.sequence) >= 0 || ', ''],
    [
      'what a second restore brings back is older',
      '(epochs[length - 1] ?? 0) > 1 ? sequences.indexOf(sign.sequence) : -1;',
      '(epochs[length - 1] ?? 0) > 1 && sign.sequence < 0 ? 0 : -1;',
    ],
    [
      'what was withdrawn and is back is older',
      '!(there === PostKind.Gone && itemId !== undefined)',
      'there !== undefined',
    ],
    ['a post is in the epoch of its row', 'return isNew ? (epochs[row] ?? 0) : 0;', 'return isNew ? 0 : 1;'],
    [
      'a row from before a plan is not that of its post',
      'return isNew ? (epochs[row] ?? 0) : 0;',
      'return epochs[row] ?? 0;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/deliver.ts',
    POSTING,
    [
      'a lost connection is no refusal',
      "return error.kind !== 'unavailable' || error.code !== undefined;",
      'return true;',
    ],
    ['484 may come after the deed', '/\\bnothing was changed\\.$/.test(', '/(?:)/.test('],
  ),
  ...breaking(
    'src/bridge/words.ts',
    ['test/bridge/internals.test.ts', 'test/bridge/words.test.ts'],
    [
      'refusals name no internal address',
      "if (error.kind === 'unavailable' || error.cause !== undefined) return undefined;",
      'if (error.cause !== undefined) return undefined;',
    ],
    [
      'refusals do not describe a fault of ours',
      "if (error.kind === 'unavailable' || error.cause !== undefined) return undefined;",
      "if (error.kind === 'unavailable') return undefined;",
    ],
    [
      'what the board said is passed on by those who wait for another connection',
      'if (error.cause instanceof RgtpError) return wordsOf(error.cause);',
      '',
    ],
  ),
  ...breaking(
    'src/wire/trouble.ts',
    ['test/bridge/internals.test.ts'],
    [
      'the log knows what a refusal does not name',
      'return own.includes(cause) ? own : `${own}: ${cause}`;',
      'return cause === own ? cause : own;',
    ],
  ),
  ...breaking(
    'src/bridge/login/logins.ts',
    ['test/bridge/login/logins.test.ts', 'test/matrix/matrix.test.ts', 'test/bridge/bridge.test.ts'],
    ['nobody reads whom the board would not let read', "const guest = guests === 'read' ? 1 : 0;", 'const guest = 1;'],
    ['nobody posts where posting is off', 'return board.posting || level < 1 ? level : 1;', 'return level;'],
    [
      'a login on one board is none on another',
      'return this.#boards.has(newsgroup) ? person?.members.get(newsgroup) : undefined;',
      'return [...(person?.members.values() ?? [])][0];',
    ],
  ),
  ...breaking(
    'src/bridge/login/user-pools.ts',
    ['test/bridge/login/logins.test.ts'],
    [
      'a wrong secret gets no connection that a right one opened',
      "return `${secret.toString('hex')} ${userid}`;",
      'return `${userid}`;',
    ],
    [
      'the people with connections are bounded',
      'if (this.#pools.size < this.#options.maxUsers) return true;',
      'return true;',
    ],
  ),
  ...breaking(
    'src/bridge/login/logins.ts',
    ['test/bridge/login/revoked.test.ts'],
    [
      'who is out does not go on as a guest',
      'if (level === undefined) return 0;',
      'if (level === undefined) return guest;',
    ],
  ),
  ...breaking(
    'src/bridge/login/local-accounts.ts',
    ['test/bridge/login/local-accounts.test.ts'],
    ['a password that was just changed holds at once', '    this.#current?.set(name, passwordHash);\n', ''],
  ),
  ...breaking(
    'src/bridge/login/renewals.ts',
    ['test/bridge/login/revoked.test.ts'],
    ['a login is proven again', 'return this.#now() - last.at >= after;', 'return false;'],
    [
      'the board is asked once for all who wait',
      '    if (last?.question !== undefined) {\n',
      '    if (last?.question !== undefined && last.at < 0) {\n',
    ],
    [
      'once a board is heard again, its answer counts',
      ' && this.#hasSpoken(question.wait.silentAt)) this.#waitFor(question);',
      ' && this.#hasSpoken(question.wait.silentAt)) return;',
    ],
    [
      'a board that hangs holds up nobody',
      '      if (speaks) return;\n',
      '      if (speaks || since > 0) return;\n',
      HANGS,
    ],
    ['a board that is slow is waited for', '      if (speaks) return;\n', ''],
    [
      'a board that never answered is asked again soon',
      'const after = last.answered ? this.#after :',
      'const after = last.answered !== undefined ? this.#after :',
    ],
  ),
  ...breaking(
    'src/bridge/login/rgtp-login.ts',
    ['test/bridge/login/revoked.test.ts'],
    ['guests read only while the guest may', 'this.#renewals.known(undefined, 1)', '1'],
  ),
  ...breaking(
    'src/bridge/login/rgtp-login.ts',
    ['test/server/guests-elsewhere.test.ts'],
    ['no guest reads before the board was asked', "return 'undecided';", "return 'read';"],
    [
      'the board’s word on guests holds after a restart',
      'if (guest?.said !== undefined) this.#renewals.remembered(undefined, guest.said);',
      'if (guest?.said !== undefined) this.#renewals.remembered(undefined, 1);',
    ],
  ),
  ...breaking(
    'src/bridge/login/guest.ts',
    ['test/server/guests-elsewhere.test.ts'],
    ['the board’s word on guests is kept', 'await this.#guest.keep(level);', ''],
  ),
  ...breaking(
    'src/rgtp/client/pool.ts',
    ['test/bridge/login/revoked.test.ts'],
    ['no connection is used beyond its age', '(maxAge === undefined || age < maxAge)', 'true'],
  ),
  ...breaking(
    'src/bridge/login/proof-queue.ts',
    ['test/bridge/login/revoked.test.ts'],
    [
      'who was proven does not wait behind guesses',
      'this.#proven.has(digest) ? this.#lanes.proven : this.#lanes.unproven',
      'this.#lanes.unproven',
    ],
    [
      'guesses at one account leave room for others',
      '(this.#underWay.get(userid) ?? 0) < AT_ONCE_EACH',
      'userid.length > 0',
    ],
  ),
];
