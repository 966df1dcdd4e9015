import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { present } from './clients.ts';
import { Terminal } from './terminal.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish';
  readonly needs: readonly string[];
  /** within a home folder: what a user writes there, and where the script goes */
  readonly settings: readonly [file: string, text: string];
  readonly script: string;
  readonly command: readonly string[];
}

const loader = '/usr/share/bash-completion/bash_completion';

const shells: readonly Shell[] = [
  {
    name: 'bash',
    needs: [loader],
    settings: ['.bashrc', `PS1='ready> '\n. ${loader}\n`],
    script: '.local/share/bash-completion/completions/rgtp-nntp',
    command: ['bash', '-i'],
  },
  {
    name: 'zsh',
    needs: [],
    settings: ['.zshrc', "PS1='ready> '\nfpath=(~/functions $fpath)\nautoload -U compinit\ncompinit -u\n"],
    script: 'functions/_rgtp-nntp',
    command: ['zsh', '-i'],
  },
  {
    name: 'fish',
    needs: [],
    settings: ['.config/fish/config.fish', "function fish_prompt\n  echo 'ready> '\nend\nset -g fish_greeting\n"],
    script: '.config/fish/completions/rgtp-nntp.fish',
    command: ['fish', '--interactive'],
  },
];

describe.each(shells)('completion in $name', ({ name, needs, settings, script, command }) => {
  it.skipIf(!present(name, name, 'tmux', ...needs))('offers what commands take, and files', async () => {
    const home = mkdtempSync(join(tmpdir(), `completion-${name}-`));
    onTestFinished(() => rmSync(home, { recursive: true, maxRetries: 5 }));
    const write = (path: string, text: string, mode = 0o644) => {
      mkdirSync(join(home, path, '..'), { recursive: true });
      writeFileSync(join(home, path), text, { mode });
    };
    write('bin/rgtp-nntp', `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, 0o755);
    write(...settings);
    write(script, execFileSync(process.execPath, [main, 'completion', name], { encoding: 'utf8' }));
    write('work/alm $(touch trap).yaml', 'listen: []\n');
    const env = { HOME: home, ZDOTDIR: home, PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter) };
    using shell = new Terminal(command, { cwd: join(home, 'work'), env });
    await shell.shows(/ready>/);

    const completed = async (typed: string, wanted: RegExp) => {
      await shell.type(`${typed}\t`);
      await shell.shows(wanted);
      // The next one begins on an empty line.
      await shell.keys('C-u');
      await shell.shows(/ready>\s*$/);
    };
    await completed('rgtp-nntp board user dis', /board user disable$/m);
    await completed('rgtp-nntp board user add ann --lev', /--level$/m);
    await completed('rgtp-nntp board user add ann --level e', /--level edit$/m);
    await completed('rgtp-nntp completion fi', /completion fish$/m);
    await completed('rgtp-nntp --config x.yaml exp', /x\.yaml export$/m);
    await completed('rgtp-nntp check --config al', /--config \S*alm.*trap.*\.yaml/);
    await completed('rgtp-nntp restore al', /restore \S*alm.*trap.*\.yaml/);
    expect(execFileSync('ls', [join(home, 'work')], { encoding: 'utf8' })).not.toContain('trap\n');
  });
});
