import { expect } from 'vitest';
import type { NntpClient } from './nntp-client.ts';

/**
 * Plays a written exchange, in the notation of the NNTP standards:
 *
 *     C: a line that the client sends
 *     S: how a line that the server sends must begin; "." and "" must be whole
 *     S! a whole line that the server sends
 *     S: ...   any lines up to and including the one with a dot
 *     [end]    the server closes
 */
export async function play(client: NntpClient, script: string): Promise<void> {
  for (const [at, step] of stepsOf(script).entries()) {
    const where = `line ${at + 1}: ${step}`;
    const text = step.slice(3);
    if (step === '[end]') {
      // Answered by a server that is still there.
      client.send('QUIT');
      expect(await client.rest(), where).toBe('');
    } else if (step.startsWith('C:')) client.send(text);
    else if (step === 'S: ...') await client.block();
    else if (step.startsWith('S:') || step.startsWith('S!')) {
      const line = await client.line();
      const whole = step[1] === '!' || text === '.' || text === '';
      expect(whole ? line : line.slice(0, text.length), `${where}\nwas: ${line}`).toBe(text);
    } else throw new Error(`not a step: ${step}`);
  }
}

function stepsOf(script: string): string[] {
  return script
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '');
}
