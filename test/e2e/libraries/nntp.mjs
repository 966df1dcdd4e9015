/** node's nntp, driven by library.ts. usage: nntp.mjs FOLDER-OF-PACKAGES. A login is an argument of its connect. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Refused, serve } from './verbs.mjs';

const NNTP = createRequire(`${process.argv[2]}/`)('nntp');
let news;
let where;

const call = (method, ...args) =>
  new Promise((resolve, reject) => {
    news[method](...args, (error, ...values) => {
      if (error) reject(error.code === undefined ? error : new Refused(`${error.code} ${error.message}`));
      else resolve(values);
    });
  });

async function open(options) {
  const made = new NNTP();
  made.connect(options);
  await once(made, 'ready').catch((error) => {
    throw typeof error.code === 'number' ? new Refused(`${error.code} ${error.message}`) : error;
  });
  news?.end();
  news = made;
}

await serve({
  async connect(host, port, security) {
    where = { host, port: Number(port), secure: security === 'nntps' };
    await open(where);
  },
  async login(user, password) {
    await open({ ...where, user, password });
  },
  async groups() {
    const [rows] = await call('groups', '*');
    return rows.map(([name]) => name);
  },
  async group(name) {
    return [(await call('group', name)).slice(0, 3).join('\t')];
  },
  async article(which) {
    const [, , headers, body] = await call('article', which);
    const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
    return [...lines, '', ...body.toString().split('\r\n')];
  },
  async newnews(name, seconds) {
    // A Date would be recognised by util.isDate, which node no longer has.
    const [date, time] = new Date(Number(seconds) * 1000).toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
    const [ids] = await call('newNews', name, date, time);
    return ids;
  },
  async post(text) {
    const [head = '', ...rest] = Buffer.from(text, 'base64').toString().split('\n\n');
    const header = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1];
    const [, name, email] = /^"(.*)" <(.*)>$/.exec(header('From')) ?? [];
    const subject = header('Subject');
    await call('post', { from: { name, email }, groups: header('Newsgroups'), subject, body: rest.join('\n\n') });
  },
  async quit() {
    news.end();
  },
});
