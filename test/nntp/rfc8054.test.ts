import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { expect, test } from 'vitest';
import { Deflated } from '../../src/nntp/connection/deflated.ts';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

test('RFC 8054 §2.2 all that follows is compressed, and AUTHINFO, STARTTLS and COMPRESS are over', async () => {
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  const { connect } = await serve(backend);
  const client = await connect();
  expect(await client.ask('COMPRESS DEFLATE')).toMatch(/^206 /);
  client.exchange((below) => new Deflated(below));
  expect((await client.askAll('CAPABILITIES')).join('\n')).not.toMatch(/COMPRESS|AUTHINFO|STARTTLS/);
  await play(
    client,
    `C: COMPRESS DEFLATE
     S: 502
     C: STARTTLS
     S: 580
     C: AUTHINFO USER fred
     S: 502
     C: AUTHINFO SASL PLAIN
     S: 502
     C: GROUP misc.test
     S: 211
     C: ARTICLE
     S: 220
     S: ...
     C: POST
     S: 340
     C: Newsgroups: misc.test
     C: 
     C: ${'Hello '.repeat(1000)}
     C: .
     S: 240
     C: QUIT
     S: 205
     [end]`,
  );
});

test('RFC 8054 §2.2.2 what is refused', async () => {
  const { connect } = await serve(rfcWorld(), { limits: { compressed: 0 } });
  await play(
    await connect(),
    'C: COMPRESS\nS: 501\nC: COMPRESS deflate\nS: 501\nC: COMPRESS SHRINK\nS: 503\nC: COMPRESS DEFLATE\nS: 403\nC: DATE\nS: 111',
  );
  const without = await serve(rfcWorld(), { compression: false });
  const client = await without.connect();
  expect(await client.ask('COMPRESS DEFLATE')).toMatch(/^502 /);
  expect((await client.askAll('CAPABILITIES')).join('\n')).not.toMatch(/COMPRESS/);
});

test('RFC 8054 §2.2.2 a compressed session that is over makes room for another', async () => {
  const { connect, server } = await serve(rfcWorld(), { limits: { compressed: 1 } });
  const first = await connect();
  expect(await first.ask('COMPRESS DEFLATE')).toMatch(/^206 /);
  const second = await connect();
  expect(await second.ask('COMPRESS DEFLATE')).toMatch(/^403 /);
  first.close();
  await expect.poll(() => server.connections).toBe(1);
  expect(await second.ask('COMPRESS DEFLATE')).toMatch(/^206 /);
});

test('RFC 8054 §2.2.2 garbage ends the connection', async () => {
  const { connect } = await serve(rfcWorld());
  const client = await connect();
  await client.ask('COMPRESS DEFLATE');
  client.stream.write('DATE\r\nDATE\r\n');
  expect(await client.rest()).toBe('');
});

test('a bomb ends the connection: 1 GB of nothing in 1 MB', async () => {
  const { connect, server } = await serve(rfcWorld());
  const client = await connect();
  await client.ask('COMPRESS DEFLATE');
  const deflate = createDeflateRaw();
  client.exchange((below) => {
    below.on('error', () => {});
    deflate.on('data', (chunk: Buffer) => {
      if (!below.write(chunk)) deflate.pause();
    });
    below.on('drain', () => deflate.resume());
    return below;
  });
  const zeros = Buffer.alloc(1024 * 1024, 'x');
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 1024 && server.connections > 0; i++) {
    await new Promise((resolve) => deflate.write(zeros, resolve));
  }
  await expect.poll(() => server.connections).toBe(0);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test('every answer can be read as soon as it is there', async () => {
  const { connect } = await serve(rfcWorld());
  const client = await connect();
  await client.ask('COMPRESS DEFLATE');
  const inflate = createInflateRaw();
  const deflate = createDeflateRaw();
  client.stream.removeAllListeners('data');
  client.stream.pipe(inflate);
  deflate.pipe(client.stream);
  for (let i = 0; i < 5; i++) {
    deflate.write('DATE\r\n');
    deflate.flush(constants.Z_SYNC_FLUSH);
    const answer = await new Promise<Buffer>((resolve) => inflate.once('data', resolve));
    expect(answer.toString()).toMatch(/^111 \d{14}\r\n$/);
  }
});
