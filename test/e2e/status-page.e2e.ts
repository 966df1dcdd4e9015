import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort } from '../support/free-port.ts';
import { Browser } from './browser.ts';
import type { Daemon } from './daemon.ts';
import { Person } from './person.ts';
import { newsgroup, sampleDaemon } from './sample-daemon.ts';
import { hasPrograms } from './terminal.ts';
import { until } from './until.ts';

const axeResult = z.object({ passes: z.number(), violations: z.array(z.array(z.string())) });

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

  it('shows a board, and how far it is', async () => {
    await browser.open(url);
    expect(await browser.evaluate(`document.querySelector('article h3').textContent`)).toBe(newsgroup);
    // The sample board has 225 items; all are held once the daemon has settled and nothing is asked for any more.
    expect(await browser.evaluate(`document.querySelector('progress').max`)).toBe(225);
  });

  it('shows what is new without losing the place, and says when the server is gone', async () => {
    await browser.send('Emulation.setDeviceMetricsOverride', {
      width: 390,
      height: 500,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await browser.open(url);
    // Made to look out of date: the first look of the page's own script puts it right.
    await browser.evaluate(`{
      scrollTo(0, 300);
      document.querySelector('nav a').focus();
      document.querySelector('#now').innerHTML = '<p>out of date</p>';
      window.kept = document.querySelector('#boards progress');
      true
    }`);
    const text = async () => String(await browser.evaluate(`document.querySelector('#now').textContent`));
    const top = await browser.evaluate('scrollY');
    await until(
      async () => (await text()).includes('connected'),
      () => 'the page to be updated',
      60_000,
    );
    expect(await browser.evaluate('scrollY')).toBe(top);
    expect(await browser.evaluate('document.activeElement.textContent')).toBe('Metrics for Prometheus');
    const notice = async () => String(await browser.evaluate(`document.querySelector('#notice').textContent`));
    expect(await notice()).toBe('');
    await browser.evaluate(`window.fetch = () => Promise.reject(new TypeError('gone')); true`);
    await until(
      async () => (await notice()).includes('can no longer be updated'),
      () => 'the page to say so',
      60_000,
    );
    await browser.send('Emulation.clearDeviceMetricsOverride');
  });

  it.each(['light', 'dark'])('has nothing that axe finds fault with: %s', async (value) => {
    await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
    await browser.open(url);
    await browser.evaluate(axe.source);
    const found = await browser.evaluate(
      `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ passes, violations }) => JSON.stringify({
        passes: passes.length,
        violations: violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
      }))`,
    );
    const { passes, violations } = axeResult.parse(JSON.parse(String(found)));
    expect(violations).toEqual([]);
    expect(passes).toBeGreaterThan(15);
    await browser.send('Emulation.setEmulatedMedia', { features: [] });
  });

  it('can be used with the keyboard alone', async () => {
    await browser.open(url);
    const order: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      for (const type of ['keyDown', 'keyUp']) {
        await browser.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
      }
      order.push(await browser.evaluate('document.activeElement.textContent'));
    }
    expect(order).toEqual(['To the boards', 'Metrics for Prometheus', 'Is it ready?']);
    for (const path of ['metrics', 'readyz']) expect((await fetch(`${url}${path}`)).status).toBe(200);
  });

  it('leaves no chart alone in its row', async () => {
    for (const width of [390, 700, 900, 1400]) {
      await browser.send('Emulation.setDeviceMetricsOverride', {
        width,
        height: 900,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await browser.open(url);
      const tops = String(
        await browser.evaluate(
          `[...document.querySelectorAll('figure')].map((one) => Math.round(one.getBoundingClientRect().top)).join()`,
        ),
      ).split(',');
      const inRows = [...new Set(tops)].map((top) => tops.filter((one) => one === top).length);
      expect(new Set(inRows).size, `${width}: ${inRows}`).toBe(1);
    }
    await browser.send('Emulation.clearDeviceMetricsOverride');
  });

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

  // Last: by then most of the first minute is over.
  it('shows charts of the last hour', async () => {
    // Connections: the test itself made some. A bar is drawn when its minute is over.
    const drawn = `document.querySelector('svg[aria-label^="Connections"] path').getBBox().height`;
    await until(
      async () => {
        await browser.open(url);
        return Number(await browser.evaluate(drawn)) > 0;
      },
      () => 'a bar in the chart of connections',
      200_000,
    );
  });
});
