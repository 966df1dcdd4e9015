import { expect, test } from 'vitest';
import { smtpMailer } from '../../src/board/mail.ts';
import { scriptedServer } from '../support/scripted-server.ts';

/** As much of RFC 5321 as a letter needs. Returns what was said to it. */
async function postOffice(answerToRcpt: string): Promise<{ port: number; heard: string[]; done(): Promise<void> }> {
  const heard: string[] = [];
  const server = await scriptedServer(async (peer) => {
    peer.say('220 post.test ESMTP');
    let inData = false;
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      heard.push(line);
      if (inData) {
        if (line !== '.') continue;
        inData = false;
        peer.say('250 taken');
      } else if (/^RCPT/i.test(line)) peer.say(answerToRcpt);
      else if (/^DATA/i.test(line)) {
        inData = true;
        peer.say('354 go on');
      } else if (/^QUIT/i.test(line)) return peer.say('221 bye');
      else peer.say('250 ok');
    }
  });
  return { port: server.port, heard, done: server.done };
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
  await office.done();
});

test('a refused letter is reported', async () => {
  const office = await postOffice('550 nobody of that name');
  const mailer = smtpMailer({ host: '127.0.0.1', port: office.port, secure: false, from: 'board@rgtp.test' });
  await expect(mailer.send(letter)).rejects.toThrow();
  await office.done();
});
