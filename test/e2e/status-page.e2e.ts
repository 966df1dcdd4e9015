import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './browser.ts';
import { type Daemon, freePort } from './daemon.ts';
import { Person } from './person.ts';
import { newsgroup, sampleDaemon } from './sample-daemon.ts';
import { hasPrograms } from './terminal.ts';
import { until } from './until.ts';

describe.skipIf(!hasPrograms('chromium'))('the status page in chromium', () => {
  let daemon: Daemon;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    ({ daemon } = await sampleDaemon({ http: { listen: `http://127.0.0.1:${port}` } }));
    browser = await Browser.launch();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
  });

  it('shows a board, how far it is, and charts of the last hour', async () => {
    await browser.open(url);
    expect(await browser.evaluate(`document.querySelector('h2').textContent`)).toBe(newsgroup);
    // The sample board has 225 items; all are held once the daemon has settled and nothing is asked for any more.
    expect(await browser.evaluate(`document.querySelector('progress').max`)).toBe(225);
    expect(await browser.evaluate(`document.querySelectorAll('script').length`)).toBe(0);
    // Connections: the test itself made some. A bar is drawn when its minute is over.
    const drawn = `document.querySelector('svg[aria-label^="Connections"] path').getBBox().height`;
    await until(
      async () => {
        await browser.open(url);
        return Number(await browser.evaluate(drawn)) > 0;
      },
      () => 'a bar in the chart of connections',
      90_000,
    );
  }, 120_000);

  it('fits a telephone', async () => {
    const phone = { width: 390, height: 844, deviceScaleFactor: 1, mobile: true };
    await browser.send('Emulation.setDeviceMetricsOverride', phone);
    await browser.open(url);
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
    const lefts = `new Set([...document.querySelectorAll('article')].map((card) => card.getBoundingClientRect().left)).size`;
    expect(await browser.evaluate(lefts)).toBe(1);
    await browser.send('Emulation.clearDeviceMetricsOverride');
  });

  it('is light or dark as the reader likes', async () => {
    const backgrounds: unknown[] = [];
    for (const value of ['light', 'dark']) {
      await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
      await browser.open(url);
      backgrounds.push(await browser.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(backgrounds).toEqual(['rgb(250, 250, 247)', 'rgb(21, 22, 20)']);
  });

  it('tells nothing of who is connected', async () => {
    using person = new Person();
    const client = await daemon.client();
    await client.login(person.userid, person.secret);
    await client.ask(`GROUP ${newsgroup}`);
    await browser.open(url);
    const text = String(await browser.evaluate('document.documentElement.outerHTML'));
    expect(text).toContain('1 newsreader connected');
    for (const secret of [person.userid, person.secret, 'ann', '127.0.0.1']) expect(text).not.toContain(secret);
    client.quit();
  });
});
