import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { boardSchema } from '../../src/board/schema.ts';
import { CACHE } from '../../src/store/cache-schema.ts';
import { PERMANENT } from '../../src/store/permanent-schema.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { CommandLine } from './command-line.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
/** The versions that each frozen data folder holds. Never changed; a new migration gets a new folder. */
const frozen = {
  'data-v1': { board: 1, permanent: 1, cache: 1 },
  'data-v2': { board: 1, permanent: 2, cache: 1 },
  'data-v3': { board: 1, permanent: 3, cache: 1 },
  'data-v4': { board: 1, permanent: 4, cache: 1 },
  'data-v5': { board: 1, permanent: 5, cache: 1 },
  'data-v6': { board: 1, permanent: 6, cache: 1 },
  'data-v7': { board: 1, permanent: 7, cache: 1 },
  'data-v8': { board: 1, permanent: 7, cache: 2 },
} as const;
const newest = frozen['data-v8'];

let folder: string;
let file: string;
let server: CommandLine | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-upgrade-'));
  file = join(folder, 'c.yaml');
  const settings = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0'],
    data: join(folder, 'data'),
    embedded: { listen: 'off' },
    http: { listen: 'off' },
  };
  writeFileSync(file, stringify(settings));
});

afterEach(async () => {
  await server?.end();
  rmSync(folder, { recursive: true });
});

async function serve(): Promise<NntpClient> {
  server = new CommandLine(['serve', '--config', file]);
  const [, port] = await server.printed(/newsreader at 127\.0\.0\.1 port (\d+)/);
  return NntpClient.connect(Number(port));
}

function setVersion(name: string, change: (version: number) => number): void {
  const db = new DatabaseSync(join(folder, 'data', name));
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  db.exec(`PRAGMA user_version=${change(version)}`);
  db.close();
}

describe('a data folder of an earlier version', () => {
  it('is there for each version of each schema: after a new migration, freeze another one', () => {
    expect(newest).toEqual({
      board: boardSchema.migrations.length,
      permanent: PERMANENT.migrations.length,
      cache: CACHE.migrations.length,
    });
  });

  it.each(Object.keys(frozen))('%s opens, with everything in it', async (name) => {
    cpSync(join(fixtures, name), join(folder, 'data'), { recursive: true });
    const client = await serve();
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 3 2 [67] groggs\.gossip$/);
    // Message-IDs and References of posts made through the bridge are the permanent file's.
    expect(await client.ask('STAT 3')).toBe('223 3 <frozen@ann.example>');
    expect(await client.askAll('ARTICLE <reply@bob.example>')).toEqual(
      expect.arrayContaining(['References: <frozen@ann.example>', 'And answered.']),
    );
    expect(await client.ask('STAT <gone@ann.example>')).toMatch(/^430 /);
    expect((await client.askAll('HDR Subject 2-'))[1]).toBe('2 Welcome');
    // The board's secrets open with its key, the local account's with its own.
    const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
    await client.ask('AUTHINFO USER editor');
    expect(await client.ask(`AUTHINFO PASS ${secret}`)).toMatch(/^281 /);
    client.close();
    const again = await NntpClient.connect(Number(/port (\d+)/.exec(server?.stdout ?? '')?.[1]));
    await again.ask('AUTHINFO USER ann');
    expect(await again.ask('AUTHINFO PASS correct horse')).toMatch(/^281 /);
    again.close();
  });
});

it('how far a peer was sent a newsgroup is kept', async () => {
  cpSync(join(fixtures, 'data-v8'), join(folder, 'data'), { recursive: true });
  const peer = await FakePeer.open();
  const address = `nntp://127.0.0.1:${peer.address.port}`;
  const others = parse(readFileSync(file, 'utf8')) as object;
  const peers = [{ address, name: 'peer.example', from: 'the beginning' }];
  writeFileSync(file, stringify({ ...others, peers }));
  await serve();
  // Of 2 and 3, the peer had 2.
  await expect.poll(() => peer.articles.has('<reply@bob.example>')).toBe(true);
  expect([...peer.articles.keys()].slice(0, 1)).toEqual(['<frozen@ann.example>']);
  await peer.close();
});

describe('a data folder of a later version', () => {
  beforeEach(() => cpSync(join(fixtures, 'data-v8'), join(folder, 'data'), { recursive: true }));

  it.each(['board', 'permanent'] as const)('is refused, and left alone: %s', async (name) => {
    setVersion(`gossip.${name}.sqlite`, (version) => version + 1);
    server = new CommandLine(['serve', '--config', file]);
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^rgtp-nntp: .*gossip\\.${name}\\.sqlite: its ${name} schema is version ${newest[name] + 1}, and this program knows versions up to ${newest[name]}`,
      ),
    );
    let kept = 0;
    setVersion(`gossip.${name}.sqlite`, (version) => {
      kept = version;
      return version;
    });
    expect(kept).toBe(newest[name] + 1);
  });

  it('has a cache that is rebuilt', async () => {
    setVersion('gossip.cache.sqlite', (version) => version + 1);
    const client = await serve();
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 3 2 [67] /);
    expect(await client.ask('STAT 3')).toBe('223 3 <frozen@ann.example>');
    expect(server?.stderr).toContain('the cache was unusable and is rebuilt');
    client.close();
  });
});
