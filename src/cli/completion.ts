/**
 * `rgtp-nntp completion bash|zsh|fish|powershell` prints a script, which runs the hidden command `complete` whenever
 * TAB is pressed. Both are by `@bomb.sh/tab`, which reads commander's own tables and has no dependencies. Of the
 * others, tabtab's script for fish evaluates what was typed and brings nine packages, and omelette has no descriptions
 * of options.
 */
import { ShellCompDirective } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

const { ShellCompDirectiveDefault: FILES, ShellCompDirectiveNoFileComp: NO_FILES } = ShellCompDirective;

const DESCRIPTION = 'print a completion script for a shell';
const INSTALLING = `
For all users of bash, with the package bash-completion:
  rgtp-nntp completion bash > /usr/share/bash-completion/completions/rgtp-nntp
of zsh:
  rgtp-nntp completion zsh > /usr/local/share/zsh/site-functions/_rgtp-nntp
of fish:
  rgtp-nntp completion fish > /etc/fish/completions/rgtp-nntp.fish`;

/** To be called after all other commands have been added, because it reads their options. */
export function addCompletion(program: Command): void {
  const answers = tab(program, { completionCommandName: 'completion' });
  // If there is nothing to offer, let the shell offer files (--config, backup, import), which tab never does by itself.
  Object.defineProperty(answers, 'directive', {
    configurable: true,
    get: () => (answers.completions.length === 0 ? FILES : NO_FILES),
    set: () => {},
  });
  const completed = answers.commands.get('completion');
  if (completed !== undefined) completed.description = DESCRIPTION;
  const command = program.commands.find((each) => each.name() === 'completion');
  command
    ?.description(DESCRIPTION)
    .addHelpText('after', INSTALLING)
    .hook('postAction', (_, { args: [shell] }) => {
      // With tab's own registration, bash could not offer files.
      if (shell === 'bash') process.stdout.write('complete -o default -F __rgtp_nntp_complete rgtp-nntp\n');
    });
  for (const argument of command?.registeredArguments ?? []) argument.description = 'which one';
  const complete = program.commands.find((each) => each.name() === 'complete');
  for (const argument of complete?.registeredArguments ?? []) argument.description = 'what has been typed';
}
