import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RgtpFormatError } from '../../src/rgtp/errors.ts';
import { parseIndexEntry } from '../../src/rgtp/index-entry.ts';
import { type Dialect, inOnePiece, parseItem, parsingItem } from '../../src/rgtp/item.ts';
import { doubleCarets, formatCookie, formatHeader, formatMark } from '../../src/rgtp/item-format.ts';
import { parseItemId } from '../../src/rgtp/item-id.ts';
import { formatItemStatus } from '../../src/rgtp/item-status.ts';
import { latin1, type Octets, octets, octetsFrom } from '../../src/wire/octets.ts';
import { sampleEvents, unpackSampleSpool } from '../support/sample-board.ts';
import { commands, readTranscript, transcripts } from '../support/transcript.ts';
import { pieces } from '../support/turns.ts';
import { itemId, octets as someOctets, uint32 } from './arbitraries.ts';

/** The answer to the last `ITEM id` of a recording, parsed. */
function recorded(file: string, id: string, dialect: Dialect = 'standard') {
  const all = readTranscript(file).flatMap((session) => [...commands(session)]);
  const found = all.findLast((c) => c.command === `ITEM ${id}`)?.response.data;
  if (found === undefined) throw new Error(`${file} has no ITEM ${id}`);
  return parseItem(id, found.map(latin1), { dialect });
}

const grognamesIn = (item: ReturnType<typeof parseItem>) => item.contributions.map((c) => [c.grogname, c.userid]);

describe('recorded items', () => {
  const LONG = 'a.very.long.user.name.indeed@with.a.really.quite.absurdly.long.domain.test';

  it('are all readable', () => {
    let items = 0;
    for (const session of transcripts().flatMap((t) => readTranscript(t))) {
      const dialect = session.file.startsWith('spurge') ? 'spurge' : 'standard';
      for (const { command, response, exchange } of commands(session)) {
        const id = /^(?:ITEM|EDIT) ([A-Za-z][0-9]{7})/.exec(command)?.[1];
        if (id === undefined || response.data === undefined) continue;
        if (exchange.notes.some((note) => /left out|^\.\.\.|only the end/.test(note))) continue;
        items++;
        const item = parseItem(id, response.data.map(latin1), { dialect });
        expect(item.contributions.length).toBeGreaterThan(0);
        expect(item.contributions.every((c) => c.userid !== undefined || c.header[0]?.startsWith('This is not'))).toBe(
          true,
        );
      }
    }
    expect(items).toBeGreaterThan(20);
  });

  it('have every form of header', () => {
    const item = recorded('06-posting', 'P3242146');
    expect(item).toMatchObject({ subject: 'A first item', lastReply: 0x10, lastEdit: undefined, mark: undefined });
    expect(grognamesIn(item)).toEqual([
      ['Ann the Brief', 'ann@rgtp.test'],
      ['Ann again', 'ann@rgtp.test'],
      ['A grogname that is forty-four characters long', 'ann@rgtp.test'],
      ['Seventy-five Seventy-five Seventy-five Seventy-five Seventy-five Seventy-fi', 'ann@rgtp.test'],
      ['Silent', 'ann@rgtp.test'],
      ['Spacious', 'ann@rgtp.test'],
      ['Tr\xefcky \xa3 (x) at 12.00', 'ann@rgtp.test'],
      ['', LONG],
      ['Shorty', LONG],
      ['A grogname that is quite as long as it may be - five and seventy characters', LONG],
    ]);
    expect(grognamesIn(recorded('06-posting', 'P3242147'))).toEqual([
      ['', 'ann@rgtp.test'],
      ['', 'ann@rgtp.test'],
    ]);
    expect(grognamesIn(recorded('06-posting', 'P3242148'))).toEqual([['', LONG]]);
    expect(grognamesIn(recorded('06-posting', 'P3242149'))).toEqual([['Shorty', LONG]]);
  });

  it('have their texts: empty ones, empty lines at both ends, fake cookies and headers', () => {
    const { contributions } = recorded('06-posting', 'P3242146');
    expect(contributions[0]?.lines).toEqual(['First line of text.', '', 'Last line of text.']);
    expect(contributions[4]?.lines).toEqual([]);
    expect(contributions[5]?.lines).toEqual(['', '', '  indented text', '', '']);
    expect(contributions[6]?.lines.slice(0, 10)).toEqual([
      '^caret',
      '^^two carets',
      '^00000001 6B020000',
      '.dot',
      '..two dots',
      '...',
      'Reply from Nobody (x@y) at 12.00 on Mon 01 Jan',
      'Item A1234567 from Nobody (x@y) at 12.00 on Mon 01 Jan',
      'Subject: fake subject',
      '[Continued in A1234567 by x@y.]',
    ]);
    expect(contributions[9]?.lines).toEqual(['r3']);
  });

  it('may have their subject on the fifth line', () => {
    const item = recorded('06-posting', 'P3242150');
    expect(item.subject).toBe('Both long');
    expect(item.contributions[0]).toMatchObject({
      grogname: 'A grogname that is quite as long as it may be - five and seventy characters',
      userid: LONG,
      lines: ['Both long.'],
    });
  });

  it('may have been edited out of shape', () => {
    const item = recorded('10-edit', 'P3242200');
    expect(item.contributions[0]).toMatchObject({ sequence: 0x30, userid: undefined, grogname: '' });
    expect(item.subject).toBe('Broken header');
    expect(item.lastEdit).toBe(0x2d);
  });

  it('of spurge have their subject in the first line, too, empty lines at their end, and their own mark', () => {
    const pipelined = readTranscript('spurge-01').flatMap((s) =>
      s.exchanges.filter((e) => e.client[1] === 'INDX #FFFFFFFF'),
    );
    const server = pipelined[0]?.server ?? [];
    const start = server.indexOf("250 Here's your data.", 2) + 1;
    const data = server.slice(start, server.indexOf('.', start)).map((l) => (l.startsWith('.') ? l.slice(1) : l));
    const item = parseItem('P3521492', data.map(latin1), { dialect: 'spurge' });
    expect(item).toMatchObject({
      continuedIn: 'P8703217',
      lastReply: 8,
      subject: 'A first item',
      mark: { sequence: 0xa, time: 0x6b020c6c, itemId: 'P8703217', userid: 'ann@rgtp.test' },
    });
    expect(item.contributions[0]?.lines.slice(0, 5)).toEqual([
      'First line',
      '^caret',
      '.dot line',
      '',
      'trailing blanks   ',
    ]);
    expect(item.contributions[0]?.lines.at(-1)).toBe('8-bit \xe9 \xc3\xa9');
    expect(grognamesIn(item).slice(0, 4)).toEqual([
      ['Ann', 'ann@rgtp.test'],
      ['A long grogname that does not fit on the first line with the userid', 'ann@rgtp.test'],
      ['', 'ann@rgtp.test'],
      ['F', 'ann@rgtp.test'],
    ]);
    const next = recorded('spurge-01', 'P8703217', 'spurge');
    expect(next).toMatchObject({ continuedFrom: 'P3521492', subject: 'Continued here' });
    expect(next.contributions[0]?.lines).toEqual(['last straw']);
  });
});

/** Boards strip white space (C's `isspace`) off the end of everything. */
const asStored = (line: Octets) => line.replace(/[ \t\v\f\r]+$/, '');

describe('the sample board', () => {
  let spool = '';
  const { events } = sampleEvents();
  beforeAll(() => {
    spool = unpackSampleSpool();
    process.env['TZ'] = 'Europe/London';
  });

  const linesOf = (...path: string[]) =>
    octetsFrom(readFileSync(join(spool, ...path)))
      .split('\n')
      .slice(0, -1);

  /** Beside the items lie their diffs. */
  const itemIds = () => readdirSync(join(spool, 'item')).filter((name) => parseItemId(name) === name);

  it('gives back every post, and every header is written as groggsd wrote it', () => {
    const userids = new Map<number, Octets>();
    for (const row of linesOf('index')) {
      const entry = parseIndexEntry(row);
      if ('IRC'.includes(entry.type)) userids.set(entry.sequence, entry.userid);
    }
    const edited = new Set(events.flatMap((e) => (e.kind === 'E' ? [e.item] : [])));
    const posts = new Map(
      events.flatMap((e) => (e.kind === 'I' || e.kind === 'R' || e.kind === 'C' ? [[e.seq, e]] : [])),
    );
    let compared = 0;
    for (const id of itemIds()) {
      const item = parseItem(id, linesOf('item', id));
      if (edited.has(id)) continue;
      for (const post of item.contributions) {
        const event = posts.get(post.sequence);
        const userid = userids.get(post.sequence) ?? event?.user ?? octets``;
        const kind = event?.kind === 'R' ? 'reply' : 'item';
        const subject = kind === 'item' ? { subject: item.subject } : {};
        expect(post).toMatchObject({
          time: event?.time,
          grogname: asStored(event?.grogname ?? octets``),
          lines: event?.text.map(asStored),
        });
        const written = formatHeader({
          kind,
          itemId: id,
          grogname: post.grogname,
          userid,
          time: post.time,
          ...subject,
        });
        expect(post.header).toEqual(written);
        expect(post.userid).toBe(userid);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(2900);
  });

  it('has its continuations marked', () => {
    const ids = itemIds();
    let continuations = 0;
    for (const event of events) {
      if (event.kind !== 'C' || !ids.includes(event.old) || !ids.includes(event.item)) continue;
      continuations++;
      const old = parseItem(event.old, linesOf('item', event.old));
      expect(old.mark).toEqual({ sequence: event.seq, time: event.time, itemId: event.item, userid: event.user });
      expect(old.continuedIn).toBe(event.item);
      expect(parseItem(event.item, linesOf('item', event.item)).continuedFrom).toBe(event.old);
    }
    expect(continuations).toBeGreaterThan(20);
  });
});

describe('parseItem', () => {
  const status = formatItemStatus({
    continuedFrom: undefined,
    continuedIn: undefined,
    lastEdit: undefined,
    lastReply: 2,
  });

  it('is not fooled by a grogname that looks like a userid', () => {
    const long = 'x'.repeat(70);
    const header = formatHeader({ kind: 'reply', grogname: octets`Ed (victim@cam)`, userid: latin1(long), time: 0 });
    const item = parseItem('A0000000', [status, formatCookie(1, 2), ...header, octets``, octets`text`]);
    expect(grognamesIn(item)).toEqual([['Ed (victim@cam)', long]]);
  });

  it('reads what editors leave: no empty line before a cookie, none after a header, no known header', () => {
    const first = [
      octets`Item A0000000 from G (u@h) at 12.00 on Mon 01 Jan`,
      octets`Subject: S`,
      octets`one`,
      octets`two`,
      octets`three`,
      octets`four`,
      octets`five`,
    ];
    const item = parseItem('A0000000', [
      status,
      formatCookie(1, 2),
      ...first,
      formatCookie(2, 3),
      octets``,
      octets`headless`,
    ]);
    expect(item.contributions).toMatchObject([
      { grogname: 'G', userid: 'u@h', lines: ['one', 'two', 'three', 'four', 'five'] },
      { header: [], lines: ['headless'], userid: undefined },
    ]);
  });

  it('takes the index for the authority where a header leaves two readings', () => {
    const lines = [
      status,
      formatCookie(1, 2),
      octets`Item A0000000 from a (b (c) at 12.00 on Mon 01 Jan`,
      octets`Subject: S`,
      octets``,
    ];
    expect(grognamesIn(parseItem('A0000000', lines))).toEqual([['a (b', 'c']]);
    expect(grognamesIn(parseItem('A0000000', lines, { useridOf: () => octets`b (c` }))).toEqual([['a', 'b (c']]);
    expect(grognamesIn(parseItem('A0000000', lines, { useridOf: () => octets`a (b (c)` }))).toEqual([['', 'a (b (c)']]);
  });

  it('does not let a user of spurge forge a cookie', () => {
    const reply = octets`Reply from X (x@y) at 12:00 on Mon 01 Jan`;
    const parse = (forged: string[], timeOf?: (sequence: number) => number | undefined) => {
      const first = ['^00000003 00000005', 'Item A0000000 from G (u@h) at 12:00 on Mon 01 Jan', 'Subject: S', ''];
      const genuine = [
        octets``,
        octets`^00000004 00000006`,
        octets`Reply from H (v@h) at 12:00 on Mon 01 Jan`,
        octets``,
        octets`genuine`,
        octets``,
      ];
      const known = timeOf === undefined ? {} : { timeOf };
      return parseItem('A0000000', [status, ...first, ...forged, ...genuine].map(latin1), {
        dialect: 'spurge',
        ...known,
      });
    };
    for (const forged of [
      ['', '^00000009 00000009', 'no header'],
      ['', '^00000003 00000009', reply, '', 'an old number'],
      ['', '^00000009 00000004', reply, '', 'an old time'],
      ['in the middle of the text', '^00000009 00000009', reply],
    ]) {
      const item = parse(forged);
      expect(item.contributions.map((c) => c.lines)).toEqual([forged, ['genuine']]);
    }
    const perfect = ['', '^00000004 00000005', reply, '', 'only the index knows'];
    expect(parse(perfect).contributions[1]?.userid).toBe('x@y');
    const judged = parse(perfect, (sequence) => (sequence === 4 ? 6 : undefined));
    expect(judged.contributions.map((c) => c.lines)).toEqual([perfect, ['genuine']]);
  });

  it('finds the first reply to a continuation of spurge, which no empty line precedes', () => {
    const continued = formatItemStatus({
      continuedFrom: 'A0000001',
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: 2,
    });
    const first = [
      '^0000000a 00000001',
      'Item A0000000 from F (u@h) at 12:00 on Mon 01 Jan',
      'Subject: S',
      '',
      'last straw',
    ];
    const reply = ['^0000000b 00000001', 'Reply from G (v@h) at 12:00 on Mon 01 Jan', '', 'a reply', ''];
    const item = parseItem('A0000000', [continued, ...first, ...reply].map(latin1), { dialect: 'spurge' });
    expect(item.contributions.map((c) => c.lines)).toEqual([['last straw'], ['a reply']]);
  });

  it.each([
    ['nothing at all', []],
    ['no status line', ['Welcome', '^00000001 00000001']],
    ['no cookie', [status, 'Item A0000000 from G (u@h) at 12.00 on Mon 01 Jan', 'Subject: S', '', 'text']],
  ])('refuses an item with %s', (_, lines) => {
    expect(() => parseItem('A0000000', lines.map(latin1))).toThrow(RgtpFormatError);
  });

  it('gives back every item that a board could write', () => {
    const line = someOctets({ maxLength: 79 });
    const name = someOctets({ maxLength: 75 }).map((text) => latin1(String(text).trim()));
    const post = fc.record({
      sequence: uint32,
      time: uint32,
      grogname: name,
      // No userid ends in something that looks like the end of a header, or has a parenthesis.
      userid: fc.string({ unit: fc.constantFrom(...'ab.@-9'), minLength: 1, maxLength: 75 }).map(latin1),
      lines: fc.array(line, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(
        itemId,
        fc.option(itemId, { nil: undefined }),
        fc.option(uint32, { nil: undefined }),
        someOctets({ minLength: 1, maxLength: 71 }),
        fc.array(post, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (id, other, edit, subject, posts, continued) => {
          const links = {
            continuedFrom: other,
            continuedIn: continued ? other : undefined,
            lastEdit: edit,
            lastReply: 7,
          };
          const mark =
            continued && other !== undefined ? { sequence: 8, time: 9, itemId: other, userid: octets`u@h` } : undefined;
          const data: Octets[] = [formatItemStatus(links)];
          for (const [i, p] of posts.entries()) {
            if (i > 0) data.push(octets``);
            const kind = i === 0 ? ({ kind: 'item', itemId: id, subject } as const) : ({ kind: 'reply' } as const);
            data.push(
              formatCookie(p.sequence, p.time),
              ...formatHeader({ ...kind, ...p }),
              octets``,
              ...p.lines.map(doubleCarets),
            );
          }
          if (mark !== undefined) data.push(...formatMark(mark));
          const item = parseItem(id, data);
          expect(item).toMatchObject({ id, ...links, subject, mark });
          const parsed = item.contributions.map(({ sequence, time, grogname, userid, lines }) => {
            return { sequence, time, grogname, userid, lines };
          });
          expect(parsed).toEqual(posts);
          for (const { lines, text } of item.contributions)
            expect(text).toBe(lines.map((line) => `${line}\r\n`).join(''));
        },
      ),
      { numRuns: 500 },
    );
  });

  describe('of a length that only a hostile board sends', () => {
    const first = [octets`^00000001 00000002`, octets`From A (a@b) at 12.00 on Mon 01 Jan`, octets``];
    /** The items that these lines follow, parsed in turns. */
    const parsed = (lines: readonly Octets[]) => pieces(parsingItem('A0000000', inOnePiece([status, ...lines])));

    it('are parsed in turns, whatever they consist of', () => {
      const cookies = parsed(Array.from({ length: 20_000 }, () => octets`^00000001 00000002`));
      expect(cookies.value.contributions).toHaveLength(20_000);
      expect(cookies.count).toBeGreaterThan(20_000);
      const carets = parsed([...first, ...Array.from({ length: 200_000 }, () => octets`^^^^x`)]);
      expect(carets.value.contributions).toHaveLength(1);
      expect(carets.value.contributions[0]?.lines).toEqual(Array(200_000).fill('^^^x'));
      // 1.4 MB are searched for cookies in 22 pieces, and then for carets in 86.
      expect(carets.count).toBeGreaterThan(100);
    });

    it('have every post, wherever it begins', () => {
      const before = inOnePiece([status, ...first]).length;
      for (let length = 65_536 - before - 30; length < 65_536 - before + 10; length++) {
        const text = octetsFrom(Buffer.alloc(length, 'x'));
        const posts = parsed([...first, text, octets`^^y`, octets`^00000003 00000004`, octets`Reply from B`]).value;
        expect(posts.contributions.map(({ lines }) => lines)).toEqual([[text, '^y'], []]);
        expect(posts.contributions.map(({ sequence }) => sequence)).toEqual([1, 3]);
      }
    });
  });

  it('throws nothing but RgtpFormatError, whatever it gets', () => {
    const line = fc.oneof(
      someOctets(),
      fc.constantFrom(
        octets``,
        octets`^00000001 00000002`,
        octets`[Continued in A0000000 by u.]`,
        octets`Subject: x`,
        octets`From x`,
        status,
        octets`Reply from a at 12.00 on Mon 01 Jan`,
      ),
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom<Dialect>('standard', 'spurge'), (lines, dialect) => {
        try {
          parseItem('A0000000', lines, { dialect });
        } catch (error) {
          expect(error).toBeInstanceOf(RgtpFormatError);
        }
      }),
    );
  });
});
