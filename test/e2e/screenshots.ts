/**
 * Makes the pictures of the README: `npm run screenshots`. Needs tmux, slrn, tin, pan, xvfb, xdotool, imagemagick,
 * dbus and chromium, which are Debian packages. Newsreaders are real, on the sample board; the screens of those in a
 * terminal are drawn by chromium, as the status page is. Takes some minutes: the status page has charts, and they need something to show.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { terminalPage } from './ansi.ts';
import { Desktop } from './desktop.ts';
import { panHome } from './pan.ts';
import { Person } from './person.ts';
import { newsgroup, sampleDaemon } from './sample-daemon.ts';
import { Terminal } from './terminal.ts';

const folder = new URL('../../.screenshots', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'screenshots-'));

/** pixels */
const MARGIN = 300;

function picture(name: string, url: string, width: number, height: number, ...options: string[]): void {
  const file = join(folder, `${name}.png`);
  execFileSync(
    'chromium',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${scratch}/profile`],
      // Chromium leaves the lowest part of its window unpainted now and then.
      ...['--force-device-scale-factor=1', '--virtual-time-budget=3000', `--window-size=${width},${height + MARGIN}`],
      ...options,
      `--screenshot=${file}`,
      url,
    ],
    { stdio: 'ignore', timeout: 60_000 },
  );
  execFileSync('convert', [file, '-crop', `${width}x${height}+0+0`, '+repage', file]);
  console.log(file);
}

function terminalPicture(name: string, title: string, terminal: Terminal): void {
  const page = join(scratch, `${name}.html`);
  writeFileSync(page, terminalPage(terminal.screen(true), title));
  picture(name, `file://${page}`, 932, 628);
}

const http = await freePort();
const tls = tlsFiles('first');
const { daemon } = await sampleDaemon({ http: { listen: `http://127.0.0.1:${http}` }, tls }, {}, (port) => [
  `nntp://127.0.0.1:${port}`,
  'nntps://127.0.0.1:0',
]);
await using _ = daemon;
using person = new Person();

{
  const colours = [
    ...['header_name "green"', 'header_number "green"', 'from_myself "cyan"', 'subject "lightgray"', 'author "cyan"'],
    ...[
      'cursor "black" "green"',
      'status "yellow" "blue"',
      'headers "brightblue"',
      'quotes "brightcyan"',
      'tree "red"',
    ],
    ...['menu "yellow" "blue"', 'group "lightgray"', 'normal "lightgray"', 'article "lightgray"', 'tilde "green"'],
  ].map((setting) => {
    const [name = '', ...rest] = setting.split(' ');
    return `color ${name} ${rest[0]} ${rest[1] ?? '"default"'}`;
  });
  const settings = ['set charset "utf-8"', 'set query_read_group_cutoff 0', 'set hostname "rgtp.test"', ...colours];
  const rc = person.write('.slrnrc', `${settings.join('\n')}\n`);
  const newsrc = person.write('.jnewsrc', `${newsgroup}: \n${newsgroup}.motd: \n${newsgroup}.edits: \n`);
  const command = ['slrn', '-n', '-C', '-h', '127.0.0.1', '-p', String(daemon.port), '-f', newsrc, '-i', rc];
  using terminal = new Terminal(command, { env: { ...person.environment, COLORTERM: '1' } });
  await terminal.shows(/sample\.board/);
  await terminal.keys('Enter');
  await terminal.shows(/Group: sample\.board/);
  await terminal.keys('s');
  await terminal.shows(/Subject Search/i);
  await terminal.type('Hup: broken radiators');
  await terminal.keys('Enter', 'Enter');
  await terminal.shows(/Subject: .*broken radiators/);
  terminalPicture('slrn', `slrn – ${newsgroup}`, terminal);
}

{
  mkdirSync(join(person.home, '.tin'));
  person.write('.tin/tinrc', 'use_color=ON\n');
  person.write('.newsrc', `${newsgroup}:\n`);
  const command = ['tin', '-r', '-p', String(daemon.port), '-g', '127.0.0.1'];
  using terminal = new Terminal(command, { env: { ...person.environment, NNTPSERVER: '127.0.0.1' } });
  await terminal.shows(/sample\.board\s+The sample board/);
  await terminal.keys('Enter');
  await terminal.shows(/sample\.board \(\d+/);
  terminalPicture('tin', `tin – ${newsgroup}`, terminal);
}

{
  const newsgroups = [newsgroup, `${newsgroup}.motd`, `${newsgroup}.edits`];
  using reader = new Person();
  using desktop = new Desktop(78, ['pan'], panHome(reader, daemon.port, newsgroups));
  await desktop.fill('Pan');
  // Its places on the screen: the first newsgroup, the arrow before the sixth thread, the first reply in that.
  await desktop.click(85, 154);
  await desktop.click(326, 197);
  await desktop.click(450, 216);
  writeFileSync(join(folder, 'pan.png'), await desktop.picture());
}

/** Somebody who reads for some minutes, now more, now less, and posts now and then. */
async function read(minutes: number): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  for (let round = 0; Date.now() < end; round++) {
    const news = await daemon.client();
    await news.ask(`GROUP ${newsgroup}`);
    for (let at = 0; at < 10 + (round % 7) * 12; at++) {
      const status = await news.ask(`ARTICLE ${2 + ((round * 97 + at * 13) % 3000)}`);
      if (status.startsWith('220')) await news.block();
    }
    if (round % 9 === 4) {
      await news.login(person.userid, person.secret);
      const lines = [
        `From: Ann <${person.userid}>`,
        `Newsgroups: ${newsgroup}`,
        `Subject: Round ${round}`,
        '',
        'Text.',
      ];
      await news.post(lines);
    }
    news.quit();
    await pause(1000 + (round % 5) * 700);
  }
}

await daemon.command('backup', join(scratch, 'backup'));
await read(Number(process.env['SCREENSHOT_MINUTES'] ?? 7.2));
picture('status', `http://127.0.0.1:${http}/`, 900, 1210);
picture('status-dark', `http://127.0.0.1:${http}/`, 900, 1210, '--blink-settings=preferredColorScheme=0');
picture('status-phone', `http://127.0.0.1:${http}/`, 500, 1100);
rmSync(scratch, { recursive: true, force: true });
