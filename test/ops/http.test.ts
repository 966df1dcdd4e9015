import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { History } from '../../src/ops/history.ts';
import { HttpServer } from '../../src/ops/http.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import type { Status } from '../../src/ops/status.ts';
import { joinCrowd } from '../../src/wire/crowd.ts';
import { eventLoop } from '../../src/wire/fair-share.ts';
import { silent } from '../../src/wire/log.ts';
import { LineStream } from '../support/line-stream.ts';
import { board, peer, status } from './sample.ts';

vi.mock('../../src/wire/crowd.ts', { spy: true });

let shown: () => Status;
let metrics: Metrics;
let history: History;
let http: HttpServer;

beforeEach(async () => {
  shown = () => status;
  metrics = new Metrics();
  metrics.watch(() => shown());
  history = new History(() => metrics.totals);
  http = await HttpServer.open({
    host: '127.0.0.1',
    port: 0,
    metrics,
    history,
    status: () => shown(),
    log: silent,
    now: () => 7_200_000,
    hosts: ['news.example.org'],
  });
});

afterEach(async () => {
  history.close();
  await http.close();
});

async function get(path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${http.port}${path}`, { method });
  return { code: response.status, headers: response.headers, body: await response.text() };
}

describe('health', () => {
  it('is fine while it answers', async () => {
    expect(await get('/healthz')).toMatchObject({ code: 200, body: 'ok\n' });
  });

  it('is ready once every index is in', async () => {
    expect(await get('/readyz')).toMatchObject({ code: 200, body: 'ready\n' });
    const waiting = { ...board, name: 'talk', ready: false, phase: 'index' };
    shown = () => ({ ...status, boards: [board, waiting] });
    expect(await get('/readyz')).toMatchObject({ code: 503, body: 'talk: index\n' });
  });

  it('answers other pages, other methods and errors as it should', async () => {
    expect((await get('/etc/passwd')).code).toBe(404);
    expect((await get('/', 'POST')).code).toBe(405);
    expect(await get('/healthz?x', 'HEAD')).toMatchObject({ code: 200, body: '' });
    shown = () => {
      throw new Error('broken');
    };
    expect(await get('/')).toMatchObject({ code: 500, body: 'internal error\n' });
  });
});

it('reads from clients that ask much as from a crowd: in turns', async () => {
  const run = vi.spyOn(eventLoop, 'run');
  onTestFinished(() => run.mockRestore());
  const client = connect(http.port, '127.0.0.1').resume();
  client.end('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  await once(client, 'close');
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(50);
  expect(joinCrowd).toHaveBeenLastCalledWith(expect.any(Socket), '127.0.0.1');
});

it.each(['/', '/metrics', '/readyz'])('makes %s once for all who ask at the same time', async (path) => {
  let made = 0;
  shown = () => {
    made++;
    return status;
  };
  const socket = connect(http.port, '127.0.0.1');
  const answers: string[] = [];
  socket.setEncoding('latin1').on('data', (chunk: string) => answers.push(chunk));
  socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(50));
  await once(socket, 'close');
  expect(answers.join('').split('HTTP/1.1 200 OK')).toHaveLength(51);
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(10);
});

describe('metrics', () => {
  it('count commands, requests, posts and logins, and show the present state', async () => {
    metrics.connected('accepted');
    metrics.command('GROUP', 211, 0.002);
    metrics.command('GROUP', 411, 0.002);
    metrics.request('gossip', 'ITEM', 250, 0.02);
    metrics.post('gossip', 'posted');
    metrics.postRefused('gossip', 'subject');
    metrics.login('refused');
    metrics.connected('full');
    const { body, headers } = await get('/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    for (const line of [
      'rgtp_nntp_connections_total{result="accepted"} 1',
      'rgtp_nntp_connections_total{result="full"} 1',
      'rgtp_nntp_connections_total{result="handshake"} 0',
      'rgtp_nntp_commands_total{verb="GROUP",status="211"} 1',
      'rgtp_nntp_commands_total{verb="GROUP",status="411"} 1',
      'rgtp_nntp_command_duration_seconds_bucket{le="0.005",verb="GROUP"} 2',
      'rgtp_nntp_board_requests_total{board="gossip",command="ITEM",code="250"} 1',
      'rgtp_nntp_board_request_duration_seconds_count{board="gossip",command="ITEM"} 1',
      'rgtp_nntp_posts_total{board="gossip",outcome="posted"} 1',
      'rgtp_nntp_posts_total{board="gossip",outcome="unavailable"} 0',
      'rgtp_nntp_posts_refused_total{board="gossip",reason="subject"} 1',
      'rgtp_nntp_logins_total{result="refused"} 1',
      'rgtp_nntp_certificate_expiry_timestamp_seconds 864000',
      'rgtp_nntp_last_backup_timestamp_seconds 3600',
      'rgtp_nntp_data_free_bytes 2147483648',
      'rgtp_nntp_data_size_bytes 4294967296',
      'rgtp_nntp_data_free_inodes 1000',
      'rgtp_nntp_data_inodes 4000',
      'rgtp_nntp_build_info{version="1.2.3"} 1',
      'rgtp_nntp_connections_open 3',
      'rgtp_nntp_board_up{board="gossip"} 1',
      'rgtp_nntp_board_lag_seconds{board="gossip"} 4',
      'rgtp_nntp_board_lag_sequences{board="gossip"} 0',
      'rgtp_nntp_board_items_queued{board="gossip"} 28',
      'rgtp_nntp_board_posts_under_way{board="gossip"} 2',
      'rgtp_nntp_board_posts_in_doubt{board="gossip"} 1',
      'rgtp_nntp_cache_hits_total{cache="articles"} 30',
      'rgtp_nntp_cache_bytes{cache="articles"} 1048576',
    ]) {
      expect(body).toContain(`\n${line}\n`);
    }
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds ');
  });

  it('show each peer: state, backlog, and what became of its articles', async () => {
    const other = { ...peer, name: 'other.example', state: 'away', backlog: 7 } as const;
    const elsewhere = { ...peer, name: 'third.example', state: 'elsewhere' } as const;
    shown = () => ({ ...status, peers: [peer, other, elsewhere] });
    for (let time = 0; time < 2; time++) {
      const { body } = await get('/metrics');
      for (const line of [
        'rgtp_nntp_peer_up{peer="inn.example"} 1',
        'rgtp_nntp_peer_up{peer="other.example"} 0',
        'rgtp_nntp_peer_up{peer="third.example"} 1',
        'rgtp_nntp_peer_feeds{peer="other.example"} 1',
        'rgtp_nntp_peer_feeds{peer="third.example"} 0',
        'rgtp_nntp_peer_backlog{peer="inn.example"} 0',
        'rgtp_nntp_peer_backlog{peer="other.example"} 7',
        'rgtp_nntp_peer_articles_total{peer="inn.example",outcome="offered"} 1000',
        'rgtp_nntp_peer_articles_total{peer="inn.example",outcome="accepted"} 990',
        'rgtp_nntp_peer_articles_total{peer="inn.example",outcome="refused"} 3',
        'rgtp_nntp_peer_articles_total{peer="inn.example",outcome="deferred"} 2',
      ]) {
        expect(body).toContain(`\n${line}\n`);
      }
    }
  });

  it('look at the boards once each time they are asked for', async () => {
    let looks = 0;
    shown = () => {
      looks++;
      return { ...status, sessions: looks };
    };
    expect((await get('/metrics')).body).toContain('\nrgtp_nntp_connections_open 1\n');
    expect((await get('/metrics')).body).toContain('\nrgtp_nntp_connections_open 2\n');
  });
});

describe('the status page', () => {
  it('shows each board with progress, lag and last error, and charts', async () => {
    const away = {
      ...board,
      newsgroup: 'groggs.<b>',
      reachable: false,
      lagSequences: 12,
      lagSeconds: 600,
      lastError: { message: 'connection refused', at: 7_080_000 },
    };
    shown = () => ({ ...status, boards: [board, away] });
    metrics.command('GROUP', 211, 0.002);
    history.sample();
    const { body, headers } = await get('/');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(body).toContain('<progress max="228" value="200"');
    expect(body).toContain('groggs.&#60;b&#62;');
    expect(body).toContain(
      '<dt>Behind the board</dt><dd>12 changes or more</dd><dt>Last agreed with the board</dt><dd>10 min ago</dd>',
    );
    expect(body).toContain(
      '<dt>Behind the board</dt><dd>up to date</dd><dt>Last agreed with the board</dt><dd>4 s ago</dd>',
    );
    expect(body).toContain('connection refused <span class="dim">(2 min ago)');
    expect(body).toContain(
      'As of <time datetime="1970-01-01T02:00:00.000Z">1970-01-01 02:00 UTC</time>: 3 newsreaders connected',
    );
    expect(body).toContain('running for 2 h');
    expect(body).toContain('<title>groggs.&#60;b&#62; away – news.example.org – news server</title>');
    expect(body).toContain(
      'aria-label="Commands, minute by minute: 1 in the last hour, at most 1 a minute"><path d="M236 40v-40h3v40z"/>',
    );
    expect(body).toContain('prefers-color-scheme:dark');
    expect(body).toContain('<span>01:00</span><span>01:30</span><span>02:00</span>');
    expect(body.match(/<figure /g)).toHaveLength(6);
    expect(body).toContain('<a href="metrics">');
  });

  it('shows what an operator looks after, and marks what is not well', async () => {
    const { body } = await get('/');
    expect(body).toContain('<dt>Certificate</dt><dd><span class="bad">expires in 10 days, ');
    expect(body).toContain('<dt>Disk of the data folder</dt><dd>2.0 GiB of 4.0 GiB free</dd>');
    expect(body).toContain('<dt>Last backup</dt><dd>60 min ago</dd>');
    shown = () => ({
      ...status,
      certificate: { expires: 3_600_000 },
      disk: { freeOctets: 2 ** 20, octets: 2 ** 32, freeFiles: 1, files: 2 },
      backup: undefined,
      logLinesLost: 2,
      boards: [{ ...board, disk: 'the <disk> is full' }],
    });
    const { body: sick } = await get('/');
    expect(sick).toContain('<span class="bad">expired <time');
    expect(sick).toContain('<span class="bad">1.0 MiB of 4.0 GiB free: low</span>');
    expect(sick).toContain('<dt>Last backup</dt><dd>none is known</dd>');
    expect(sick).toContain('<span class="bad">2 lines</span>');
    expect(sick).toContain("Its files can't be written: the &#60;disk&#62; is full");
  });

  it('counts what was refused, and who was turned away', async () => {
    metrics.login('refused');
    metrics.post('gossip', 'refused');
    metrics.postRefused('gossip', 'subject');
    metrics.connected('full');
    history.sample();
    const { body } = await get('/');
    const chart = (title: string) => new RegExp(`<h3>${title}</h3><p class="dim">([^<]*)`).exec(body)?.[1];
    expect(chart('Logins refused')).toBe('1 in the last hour, at most 1 a minute');
    expect(chart('Posts refused')).toBe('1 in the last hour, at most 1 a minute');
    expect(chart('Posts')).toBe('0 in the last hour, at most 0 a minute');
    expect(chart('Connections')).toBe('0 in the last hour, at most 0 a minute; 1 turned away');
    expect(body).not.toContain('aria-label="Peers"');
  });

  it('shows each peer', async () => {
    const lastError = { message: 'CHECK was answered 480 <who>', at: 7_080_000 };
    const away = { ...peer, name: 'other<br>', state: 'away', backlog: 7, lastError } as const;
    shown = () => ({ ...status, peers: [peer, away] });
    const { body } = await get('/');
    expect(body).toContain('<h3>inn.example</h3><span class="ok">waiting</span>');
    expect(body).toContain(
      '<dt>Waiting for it</dt><dd>nothing</dd><dt>Offered</dt><dd>1,000</dd><dt>Accepted</dt><dd>990</dd><dt>Refused</dt><dd>3</dd><dt>Deferred</dt><dd>2</dd>',
    );
    expect(body).toContain('<h3>other&#60;br&#62;</h3><span class="bad">away</span>');
    expect(body).toContain('<dt>Waiting for it</dt><dd>up to 7 articles</dd>');
    expect(body).toContain('CHECK was answered 480 &#60;who&#62; <span class="dim">(2 min ago)');
  });
});

describe('history', () => {
  it('keeps the last sixty minutes', () => {
    const totals = {
      connections: 0,
      commands: 0,
      posts: 0,
      requests: 0,
      postsRefused: 0,
      loginsRefused: 0,
      connectionsRefused: 0,
    };
    const kept = new History(() => totals);
    for (let minute = 1; minute <= 70; minute++) {
      totals.commands += minute;
      kept.sample();
    }
    expect(kept.series('commands')).toEqual(Array.from({ length: 60 }, (_, i) => i + 11));
    expect(kept.series('posts')).toEqual(new Array(60).fill(0));
    kept.close();
  });
});

describe('whom it answers', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.0.0.1:9119', 200],
    ['[::1]:9119', 200],
    ['localhost:9119', 200],
    ['prometheus-target', 200],
    ['News.Example.org', 200],
    ['attacker.example', 421],
    ['attacker.example:9119', 421],
    ['news.example.org.attacker.example', 421],
    ['127.0.0.1.attacker.example', 421],
    ['[::1].attacker.example', 421],
    ['[attacker]', 421],
    ['localhost:9119.attacker.example', 421],
    ['::1', 421],
  ])('Host: %s → %i', async (host, code) => {
    const client = new LineStream(connect(http.port, '127.0.0.1'), 'latin1');
    client.write(`GET /readyz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await client.line()).toContain(`HTTP/1.1 ${code} `);
    client.stream.destroy();
  });

  it('answers a client without Host, which no browser is', async () => {
    const client = new LineStream(connect(http.port, '127.0.0.1'), 'latin1');
    client.write('GET /healthz HTTP/1.0\r\n\r\n');
    expect(await client.line()).toBe('HTTP/1.1 200 OK');
    client.stream.destroy();
  });
});

/** The first line of the answer, over a connection of its own. */
async function freshly(path: string): Promise<string | undefined> {
  const client = new LineStream(connect(http.port, '127.0.0.1'), 'latin1');
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const line = await client.line();
  client.stream.destroy();
  return line;
}

describe('slow clients', () => {
  const slow: Socket[] = [];
  afterEach(() => {
    for (const socket of slow.splice(0)) socket.destroy();
  });

  it.each([
    ['say nothing', ''],
    ['send half a request', 'GET /healthz HTTP/1.1\r\nHost: a'],
    ['send half a body', 'GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx'],
    ['read no answers', 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5)],
  ])('that %s keep nobody from an answer', async (_, text) => {
    for (let i = 0; i < 250; i++) {
      const socket = connect({ port: http.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.pause();
      socket.write(text);
      slow.push(socket);
      await once(socket, 'connect');
      if (i % 50 !== 49) continue;
      for (const path of ['/healthz', '/readyz']) expect(await freshly(path)).toBe('HTTP/1.1 200 OK');
    }
  });
});
