import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { manPage } from '../../src/cli/man.ts';
import { program } from '../../src/cli/program.ts';
import { commandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}

describe('usage', () => {
  it.each<[string[], number, RegExp]>([
    [['--help'], 0, /Usage: rgtp-nntp .*Commands:.*Exit codes/s],
    [['--version'], 0, /^rgtp-nntp \d+\.\d+\.\d+ \(build \w+, node 2\d\.\d+\.\d+\)\n$/],
    [['check', '--help'], 0, /Usage: rgtp-nntp check \[options\]/],
    [['help', 'check'], 0, /Usage: rgtp-nntp check \[options\]/],
    [[], 2, /Usage: rgtp-nntp/],
    [['chekc'], 2, /unknown command 'chekc'\n\(Did you mean check\?\)/],
    [['board', 'usr', 'add', 'x'], 2, /unknown command 'usr'\n\(Did you mean user\?\)/],
    [['board', 'xyzzy'], 2, /unknown command 'xyzzy'\n\(There are: backup, restore, verify, export, user\)/],
    [['board', 'user', 'ad', 'x'], 2, /unknown command 'ad'\n\(Did you mean add\?\)/],
    [['user', 'lst'], 2, /unknown command 'lst'\n\(Did you mean list\?\)/],
    [
      ['board', 'user', 'add', 'x@y/edit'],
      2,
      /"x@y\/edit" is not a userid: it has a slash\nName the access level with --level/,
    ],
    [['check', '--confg', 'x'], 2, /unknown option '--confg'\n\(Did you mean --config\?\)/],
    [['check', '--config'], 2, /option '-c, --config <file>' argument missing/],
    [['check', 'surplus'], 2, /too many arguments/],
    [['completion', 'tcsh'], 2, /Allowed choices are zsh, bash, fish/],
    // What Node makes of octets that are not UTF-8.
    [['backup', '/nowhere/caf\uFFFD'], 2, /"\/nowhere\/caf\uFFFD" is not UTF-8\n/],
    [['check', '--config', '/nowhere/x.yaml'], 2, /there is no configuration file \/nowhere\/x\.yaml/],
  ])('%j', async (args, code, text) => {
    const ended = await commandLine(args);
    expect(ended.stdout + ended.stderr).toMatch(text);
    expect(ended.code).toBe(code);
    expect(code === 0 ? ended.stderr : ended.stdout).toBe('');
  });

  it('explains a wrong configuration', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'listn: x\nlog: { level: loud }\n');
    const ended = await commandLine(['check', '--config', file]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(`rgtp-nntp: the configuration has mistakes:
  ${file}:1: listn is not a setting; did you mean listen?
  ${file}:2: log.level: "loud" is not allowed; it must be one of debug, info, warn, error, silent
`);
  });

  it('takes the file from the environment', async () => {
    const ended = await commandLine(['check'], { env: { RGTP_NNTP_CONFIG: '/nowhere/y.yaml' } });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('/nowhere/y.yaml') });
  });

  it('has help for every command, each option and argument explained', () => {
    for (const command of all(program())) {
      expect(command.description(), command.name()).not.toBe('');
      for (const option of command.options) expect(option.description, option.flags).not.toBe('');
      for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
    }
  });
});

describe('shell completion', () => {
  // What the shells make of it: test/e2e/completion.e2e.ts.
  it('offers commands, subcommands, options and their values; a file where there are none', async () => {
    const completions = async (...words: string[]) => {
      const { stdout, stderr, code } = await commandLine(['complete', '--', ...words]);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      return stdout.trimEnd().replaceAll(/\t.*/g, '').split('\n');
    };
    const [files, noFiles] = [':0', ':4'];
    expect(await completions('che')).toEqual(['check', noFiles]);
    expect(await completions('check', '--c')).toEqual(['--config', noFiles]);
    expect(await completions('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish', noFiles]));
    expect(await completions('--config', '/tmp/x.yaml', 'check', '--h')).toEqual(['--help', noFiles]);
    expect(await completions('board', 'user', 'add', 'ann', '--level', '')).toEqual(['read', 'write', 'edit', noFiles]);
    expect(await completions('check', '--config', 'x')).toEqual([files]);
    expect(await completions('backup', '')).toEqual([files]);
    expect(await completions('complet')).toEqual(['completion', noFiles]);
  });
});

describe('the man page', () => {
  it('names every command and is troff', () => {
    const page = manPage(program(), '1.0.0');
    for (const command of program().commands) {
      expect(page).toContain(`.SS rgtp-nntp ${command.name()}`);
    }
    expect(page).toContain('RGTP_NNTP_BOARDS_n_RGTP');
    for (const line of page.split('\n'))
      expect(line).toMatch(/^(\.(TH|SH|SS|B|I|TP|PP|nf|fi|br)\b.*|\\&[.'].*|[^.'].*|)$/);
  });
});
