// Does in a clean clone what the README's quick start says, word for word, and fails where the documented output
// differs from the real one. Then it reads and posts there, kills everything with -9, starts again, and finds the post
// under the same number. Plain JavaScript: it must run before anything is installed.
//
// The README marks its quick start with `<!-- quick-start -->` … `<!-- /quick-start -->`; a ```console block in it has
// commands after `$ ` and what they print on standard output below. `…` stands for anything within a line. npm's own
// lines (`> …`) and empty lines are not compared; 119 and 1119 are the same: which it is depends on privileges.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
const checkout = join(folder, 'rgtp-nntp');
const home = join(folder, 'home');
// Without privileges, like most people: the user id of `nobody` on Debian.
const person = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** @type {number | undefined} the process group of the program under test */
let running;

/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}

/** The documented commands, each with the lines it prints. */
function documented() {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const section = /<!-- quick-start -->([\s\S]*?)<!-- \/quick-start -->/.exec(readme)?.[1];
  const block = /```console\n([\s\S]*?)```/.exec(section ?? '')?.[1] ?? fail('README.md has no quick start');
  /** @type {{ command: string, lines: string[] }[]} */
  const steps = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), lines: [] });
    else if (line.trim() !== '') steps.at(-1)?.lines.push(line.trimEnd());
  }
  return steps;
}

/** @param {string} line @param {string} pattern */
function matches(line, pattern) {
  const literal = (/** @type {string} */ text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const expression = pattern
    .split('…')
    .map((text) => literal(text).replace(/\b1?119\b/g, '1?119'))
    .join('.*');
  return new RegExp(`^${expression}$`).test(line);
}

/** The line is missing where anybody may use port 119, as in some containers. @param {string | undefined} line */
const privileged = (line) => line?.startsWith('(It is port 1119 because') ?? false;

/**
 * Runs a command that stays, until it has printed `lines` and no other. Returns everything it printed.
 * @param {string} command @param {string[] | undefined} lines `undefined`: until it says where to point a newsreader
 * @returns {Promise<string>}
 */
function start(command, lines) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      cwd: checkout,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: home, npm_config_cache: join(home, 'npm'), npm_config_update_notifier: 'false' },
      ...person,
    });
    running = child.pid;
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    const late = setTimeout(
      () => reject(new Error(`${command} took too long:\n${printed.join('\n')}\n${errors}`)),
      240_000,
    );
    /** @type {string[]} */
    const printed = [];
    const wanted = lines?.slice();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('> ') || line.trim() === '') return;
      printed.push(line);
      let expected = wanted?.shift();
      if (privileged(expected) && !privileged(line)) expected = wanted?.shift();
      if (wanted !== undefined && (expected === undefined || !matches(line, expected))) {
        clearTimeout(late);
        reject(new Error(`${command}: documented:\n  ${expected ?? '(nothing more)'}\nprinted:\n  ${line}`));
      } else if (wanted?.length === 0 || (wanted === undefined && /^Point your newsreader/.test(line))) {
        clearTimeout(late);
        // A moment for a line too many.
        setTimeout(() => resolve(printed.join('\n')), 500);
      }
    });
    child.on('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${command} ended with ${code}:\n${printed.join('\n')}\n${errors}`));
    });
  });
}

/** Ends the program. @param {'SIGKILL' | 'SIGTERM'} signal */
async function stop(signal) {
  const group = running;
  if (group === undefined) return;
  running = undefined;
  process.kill(-group, signal);
  for (let waited = 0; waited < 12_000; waited += 100) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  fail(`still running 12 s after ${signal}`);
}

/** A newsreader's conversation: sends lines one at a time, collects the answers (whole blocks for `block`). @param {number} port */
async function newsreader(port) {
  const socket = connect(port, '127.0.0.1');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value ?? fail('the server closed the connection');
  await line();
  return {
    /** @param {string} text @param {string} code */
    async ask(text, code) {
      socket.write(`${text}\r\n`);
      const answer = await line();
      return answer.startsWith(code) ? answer : fail(`${text.split('\r\n')[0]}: ${answer}`);
    },
    async block() {
      const text = [];
      for (let next = await line(); next !== '.'; next = await line()) text.push(next);
      return text;
    },
    close: () => socket.end('QUIT\r\n'),
  };
}

/** @param {string} printed */
async function use(printed) {
  const port = Number(/localhost port (\d+)/.exec(printed)?.[1] ?? fail('it does not say where to point a newsreader'));
  // It is shown only on a terminal, which this is not.
  const file = /kept in (\S+);/.exec(printed)?.[1] ?? fail('it does not say where the secret is');
  const secret = readFileSync(join(checkout, file), 'utf8').trim();
  const userid = /userid +(\S+)/.exec(printed)?.[1] ?? fail('it shows no userid');
  const reader = await newsreader(port);
  const first = (await reader.ask('GROUP groggs.gossip', '211')).split(' ')[2];
  await reader.ask(`ARTICLE ${first}`, '220');
  console.log(`  reads article ${first}: ${(await reader.block()).find((line) => line.startsWith('Subject: '))}`);
  await reader.ask(`AUTHINFO USER ${userid}`, '381');
  await reader.ask(`AUTHINFO PASS ${secret}`, '281');
  await reader.ask('POST', '340');
  const id = '<quick.start@client.example>';
  const article = [
    'From: Newcomer <newcomer@client.example>',
    'Newsgroups: groggs.gossip',
    'Subject: Hello',
    `Message-ID: ${id}`,
  ];
  await reader.ask([...article, '', 'My first item.', '.'].join('\r\n'), '240');
  await reader.ask('GROUP groggs.gossip', '211');
  const posted = (await reader.ask(`HEAD ${id}`, '221')) && (await reader.block());
  reader.close();
  return { port, id, posted };
}

try {
  mkdirSync(home);
  for (const path of [folder, home]) if (person.uid !== undefined) chownSync(path, person.uid, person.gid);
  const clone = spawnSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', root, checkout], { stdio: 'inherit' });
  if (clone.status !== 0) fail('git clone failed');
  if (person.uid !== undefined) spawnSync('chown', ['-R', `${person.uid}:${person.gid}`, checkout]);

  const steps = documented();
  const [step, ...more] = steps;
  if (step === undefined || more.length > 0) fail('the quick start is one command');
  console.log(`$ ${step.command}`);
  const printed = await start(step.command, step.lines);
  console.log(printed.replace(/^/gm, '  '));
  const { port, id, posted } = await use(printed);
  console.log('  posts; kill -9; starts again');
  await stop('SIGKILL');
  await start(step.command, undefined);
  const reader = await newsreader(port);
  await reader.ask('GROUP groggs.gossip', '211');
  await reader.ask(`HEAD ${id}`, '221');
  const again = await reader.block();
  if (again.join('\n') !== posted.join('\n')) fail(`the post changed:\n${posted.join('\n')}\n\n${again.join('\n')}`);
  reader.close();
  await stop('SIGTERM');
  console.log(`  the post is there, unchanged: ${again.find((line) => line.startsWith('Xref: '))}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  await stop('SIGKILL').catch(() => {});
} finally {
  rmSync(folder, { recursive: true, force: true });
}
