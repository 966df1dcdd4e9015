/** `rgtp-nntp completion bash|zsh|fish`: prints a completion script for a shell, generated from the commands. */
import { Argument, Command } from 'commander';

const shells = { bash, zsh, fish } as const;

export function completionCommand(): Command {
  const command = new Command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(shells)))
    .addHelpText('after', '\nFor bash: rgtp-nntp completion bash > /etc/bash_completion.d/rgtp-nntp');
  return command.action((shell: keyof typeof shells) => {
    const { parent } = command;
    if (parent !== null) process.stdout.write(shells[shell](parent));
  });
}

interface Words {
  /** `''` for the program, else the command, or the command and its subcommand */
  readonly after: string;
  readonly words: readonly string[];
}

/** The options and subcommands of each command. */
function vocabulary(program: Command): Words[] {
  const of = (command: Command, after: string): Words[] => {
    const options = command.createHelp().visibleOptions(command);
    const below = command.createHelp().visibleCommands(command);
    const flags = options.flatMap(({ long }) => long ?? []);
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const here = { after, words: [...below.map((inner) => inner.name()), ...choices, ...flags] };
    return [
      here,
      ...below
        .filter((inner) => inner.name() !== 'help')
        .flatMap((inner) => of(inner, `${after} ${inner.name()}`.trim())),
    ];
  };
  return of(program, '');
}

function bash(program: Command): string {
  const cases = vocabulary(program).map(({ after, words }) => `    '${after}') words='${words.join(' ')}' ;;`);
  return `# bash completion for rgtp-nntp
_rgtp_nntp() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word words=''
  case $previous in -c|--config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;; esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*|*/*|*.*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case $path in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _rgtp_nntp rgtp-nntp
`;
}

function zsh(program: Command): string {
  return `#compdef rgtp-nntp
autoload -U +X bashcompinit && bashcompinit
${bash(program)}`;
}

function fish(program: Command): string {
  const lines = vocabulary(program).flatMap(({ after, words }) => {
    const condition =
      after === ''
        ? '__fish_use_subcommand'
        : after
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    const flags = words.filter((word) => word.startsWith('--')).map((word) => `-l ${word.slice(2)}`);
    const names = words.filter((word) => !word.startsWith('--'));
    return [
      ...flags.map((flag) => `complete -c rgtp-nntp -n '${condition}' ${flag}${flag === '-l config' ? ' -r -F' : ''}`),
      ...(names.length === 0 ? [] : [`complete -c rgtp-nntp -f -n '${condition}' -a '${names.join(' ')}'`]),
    ];
  });
  return `# fish completion for rgtp-nntp\n${lines.join('\n')}\n`;
}
