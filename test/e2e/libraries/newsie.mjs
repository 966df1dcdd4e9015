/** newsie, driven by library.ts. usage: newsie.mjs FOLDER-OF-PACKAGES */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Refused, serve } from './verbs.mjs';

const { default: Client } = createRequire(`${process.argv[2]}/`)('newsie');
let news;

/** newsie rejects with the answer. */
const answered = (promise) =>
  promise.catch((answer) => {
    throw typeof answer?.code === 'number' ? new Refused(`${answer.code} ${answer.comment ?? ''}`) : answer;
  });

await serve({
  async connect(host, port, security, certificate) {
    const tlsOptions = { ca: readFileSync(certificate), host };
    news = new Client({ host, port: Number(port), tlsPort: security === 'nntps', tlsOptions });
    await answered(news.connect());
    await answered(news.capabilities());
    await answered(news.modeReader());
    if (security === 'starttls') await answered(news.startTls());
  },
  async login(user, secret) {
    const asked = await answered(news.authInfoUser(user));
    await answered(asked.authInfoPass(secret));
  },
  async groups() {
    return (await answered(news.list())).newsgroups.map(({ name }) => name);
  },
  async group(name) {
    const { number, low, high } = (await answered(news.group(name))).group;
    return [`${number}\t${low}\t${high}`];
  },
  async over(low, high) {
    const { articles } = await answered(news.over({ start: low, end: high }));
    return articles.map(({ articleNumber, headers }) =>
      [articleNumber, headers.SUBJECT, headers.FROM, headers['MESSAGE-ID'], headers.REFERENCES].join('\t'),
    );
  },
  async article(which) {
    const { headers, body } = (await answered(news.article(which))).article;
    return [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ...body];
  },
  async newnews(name, seconds) {
    return (await answered(news.newnews(name, new Date(Number(seconds) * 1000).toISOString()))).messageIds;
  },
  async post(text) {
    const [head = '', ...rest] = Buffer.from(text, 'base64').toString().split('\n\n');
    const headers = Object.fromEntries(head.split('\n').map((line) => line.split(/: (.*)/, 2)));
    const { send } = await answered(news.post());
    await answered(send({ headers, body: rest.join('\n\n').split('\n') }));
  },
  async quit() {
    await answered(news.quit());
    news.disconnect();
  },
});
