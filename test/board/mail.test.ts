import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { smtpMailer } from '../../src/board/mail.ts';

/** As much of RFC 5321 as a letter needs; gives what was said to it. */
async function postOffice(answerToRcpt: string): Promise<{ port: number; heard: string[]; close(): void }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.write('220 post.test ESMTP\r\n');
    let inData = false;
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 taken\r\n');
        } else if (/^RCPT/i.test(line)) socket.write(`${answerToRcpt}\r\n`);
        else if (/^DATA/i.test(line)) {
          inData = true;
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, heard, close: () => server.close() };
}

const letter = { to: 'new@rgtp.test', subject: 'Your userid', text: 'The secret is 00FF.\n' };

test('a letter goes to a mail server', async () => {
  const office = await postOffice('250 ok');
  const mailer = smtpMailer({ host: '127.0.0.1', port: office.port, secure: false, from: 'board@rgtp.test' });
  await mailer.send(letter);
  expect(office.heard).toContain('MAIL FROM:<board@rgtp.test>');
  expect(office.heard).toContain('RCPT TO:<new@rgtp.test>');
  expect(office.heard).toContain('Subject: Your userid');
  expect(office.heard).toContain('The secret is 00FF.');
  office.close();
});

test('a refused letter is no success', async () => {
  const office = await postOffice('550 nobody of that name');
  const mailer = smtpMailer({ host: '127.0.0.1', port: office.port, secure: false, from: 'board@rgtp.test' });
  await expect(mailer.send(letter)).rejects.toThrow();
  office.close();
});
