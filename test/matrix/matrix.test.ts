/** Access level × command × protocol: the answer to each, over sockets, by the server as `serve` runs it. */
import { randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessLevel } from '../../src/board/access.ts';
import { commands } from '../../src/nntp/commands/table.ts';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';
import { type NntpRow, nntpRows, readers } from './nntp-table.ts';
import { levels, type RgtpRow, rgtpRows } from './rgtp-table.ts';

/** A PROXY header of a client at 192.0.2.7: not this machine, from which a login in the clear is normally refused. */
const FROM_AFAR = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207c000020130390077', 'hex');

/** for RGTP alone: what is posted there changes what NNTP answers */
let board: WholeServer;
let open: WholeServer;
let shut: WholeServer;

beforeAll(async () => {
  const { certificate, key } = tlsFiles('first');
  const settings = {
    TLS_CERTIFICATE: certificate,
    TLS_KEY: key,
    LISTEN: 'nntp://127.0.0.1:0,nntp://127.0.0.1:0?proxyProtocol',
  };
  board = await openWholeServer();
  open = await openWholeServer({ settings });
  shut = await openWholeServer({ settings: { ...settings, EMBEDDED_GUESTS: 'none' } });
});

afterAll(async () => {
  await Promise.all([board, open, shut].map((server) => server.close()));
});

describe('RGTP', () => {
  async function connect(level: (typeof levels)[number]): Promise<Dialogue> {
    const dialogue = await Dialogue.open(board.boardPort);
    await dialogue.line();
    if (level !== 'none') expect(await dialogue.ask(`USER ${people.bare[level]}`)).toMatch(`23${level} `);
    return dialogue;
  }

  /** The id of an item that is there, or of a new one. */
  async function item(which: 'ITEM' | 'NEW'): Promise<string> {
    const editor = await connect(3);
    if (which === 'NEW') {
      await editor.text('Ed', 'To be withdrawn');
      await editor.ask('NEWI New');
    }
    const rows = await editor.list('INDX');
    editor.close();
    return (
      rows
        .filter((row) => row[103] === 'I')
        .at(which === 'NEW' ? -1 : 0)
        ?.slice(18, 26) ?? ''
    );
  }

  async function answerTo({ line, before }: RgtpRow, level: (typeof levels)[number]): Promise<number> {
    const ids = { ITEM: await item('ITEM'), NEW: before.join().includes('NEW') ? await item('NEW') : '' };
    const withIds = (text: string) => text.replace(/ (ITEM|NEW)$/, (_, which: keyof typeof ids) => ` ${ids[which]}`);
    const dialogue = await connect(level);
    for (const first of before) {
      if (first === 'TEXT') await dialogue.text('Ann', 'Text');
      else if ((await dialogue.ask(withIds(first))).startsWith('250')) await dialogue.data();
    }
    const answer = await dialogue.ask(withIds(line));
    dialogue.close();
    return Number(answer.slice(0, 3));
  }

  test.each(rgtpRows.map((row) => [[...row.before, row.line].join(', '), row] as const))('%s', async (_what, row) => {
    const answers: number[] = [];
    for (const level of levels) answers.push(await answerTo(row, level));
    expect(answers).toEqual(row.answers);
  });

  test('has a row for every command that HELP names', async () => {
    const dialogue = await connect(3);
    const help = (await dialogue.list('HELP')).join(' ');
    dialogue.close();
    const named = [...new Set(help.match(/\b[A-Z]{4}\b/g))].filter((word) => word !== 'RGTP').sort();
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(rgtpRows.map(({ command }) => command))].sort()).toEqual(named);
  });
});

describe('NNTP', () => {
  async function dial(port: number, header?: Buffer): Promise<NntpClient> {
    const client = await NntpClient.connect(port, { greeted: false });
    if (header !== undefined) client.send(header);
    await client.line();
    return client;
  }

  async function login(level: AccessLevel): Promise<NntpClient> {
    const client = await dial(shut.newsPort);
    expect(await client.login(people.proving[level], people.password)).toMatch(/^281 /);
    return client;
  }

  async function overTls(): Promise<NntpClient> {
    const client = await dial(shut.newsPorts[1] ?? 0, FROM_AFAR);
    expect(await client.ask('STARTTLS')).toMatch(/^382 /);
    client.exchange((socket) => tls.connect({ socket, rejectUnauthorized: false }));
    return client;
  }

  const connecting: Readonly<Record<(typeof readers)[number], () => Promise<NntpClient>>> = {
    guest: () => dial(open.newsPort),
    stranger: () => dial(shut.newsPort),
    'in the clear': () => dial(shut.newsPorts[1] ?? 0, FROM_AFAR),
    'over TLS': overTls,
    'level 0': () => login(0),
    'level 1': () => login(1),
    'level 2': () => login(2),
    'level 3': () => login(3),
  };

  async function editor(server: WholeServer): Promise<NntpClient> {
    const client = await dial(server.newsPort);
    expect(await client.login(people.proving[3], people.password)).toMatch(/^281 /);
    return client;
  }

  async function idOfWelcome(server: WholeServer): Promise<string> {
    const client = await editor(server);
    await client.ask('GROUP groggs.gossip');
    const [, , id = ''] = (await client.ask('STAT')).split(' ');
    client.close();
    return id;
  }

  async function idOfNew(server: WholeServer): Promise<string> {
    const client = await editor(server);
    const id = `<${randomUUID()}@client.example>`;
    const head = ['From: e@b.example', 'Newsgroups: groggs.gossip', 'Subject: New', `Message-ID: ${id}`];
    expect(await client.post([...head, '', 'Text'])).toMatch(/^240 /);
    client.close();
    return id;
  }

  async function answerTo({ line: form, before }: NntpRow, reader: (typeof readers)[number]): Promise<number> {
    const server = reader === 'guest' ? open : shut;
    let line = form;
    if (form.includes('<ID>')) line = line.replace('<ID>', await idOfWelcome(server));
    if (form.includes('<NEW>')) line = line.replace('<NEW>', await idOfNew(server));
    const client = await connecting[reader]();
    let answer = '';
    for (const first of before) {
      answer = await client.ask(first);
      if (/^(?:POST|IHAVE)/.test(first) && !answer.startsWith('3')) break;
      answer = '';
    }
    if (answer === '') answer = await client.ask(line);
    client.close();
    return Number(answer.slice(0, 3));
  }

  test.each(nntpRows.map((row) => [[...row.before, row.line].join(', '), row] as const))('%s', async (_what, row) => {
    const answers: number[] = [];
    for (const reader of readers) answers.push(await answerTo(row, reader));
    expect(answers).toEqual(row.answers);
  });

  test('has a row for every command', () => {
    expect([...new Set(nntpRows.map(({ head }) => head))].sort()).toEqual(Object.keys(commands).sort());
  });
});
