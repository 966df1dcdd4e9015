import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Recorded, readLog } from '../support/newsreader-log.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { serve } from '../support/nntp-server.ts';

const MULTI_LINE = new Set([100, 101, 215, 220, 221, 222, 224, 225, 230, 231, 282]);

/** Answers that differ from the recorded server's on purpose: command, our code, why. */
const differences: readonly [command: string, code: number, why: string][] = [
  ['OVER <A0000001.0@groggs.example.net>', 224, 'OVER by message-id is supported here (OVER MSGID)'],
  ['HDR subject <A0000001.0@groggs.example.net>', 225, 'HDR by message-id is supported here'],
  ['LIST DISTRIB.PATS', 503, 'a board has no distributions, and the keyword is not advertised'],
  ['LIST DISTRIBUTIONS', 503, 'not maintained, and not advertised (RFC 6048 §2.1)'],
  ['STARTTLS', 580, 'no certificate in this test'],
];

async function replay(client: NntpClient, { command, article }: Recorded): Promise<number[]> {
  client.send(command);
  const codes: number[] = [];
  for (const part of [undefined, article]) {
    if (part && codes[0] !== 340) break;
    if (part) client.send(...part);
    const code = Number((await client.line()).slice(0, 3));
    if (MULTI_LINE.has(code) || (code === 211 && /^listgroup/i.test(command))) await client.block();
    codes.push(code);
  }
  return codes;
}

const logs = readdirSync(new URL('../fixtures/newsreaders/', import.meta.url)).filter((name) => name.endsWith('.log'));

test.each(logs)('%s gets the answers it got from the server it was recorded with', async (log) => {
  const { connections, backend } = readLog(log);
  const { connect } = await serve(backend);
  let compared = 0;
  for (const commands of connections) {
    const client = await connect();
    for (const recorded of commands) {
      const codes = await replay(client, recorded);
      if (recorded.codes.length === 0) continue;
      const difference = differences.find(([command]) => command === recorded.command);
      expect(codes, recorded.command).toEqual(difference ? [difference[1]] : recorded.codes);
      compared++;
    }
    client.close();
  }
  expect(compared).toBeGreaterThan(1);
});
