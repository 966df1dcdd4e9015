/** The man page, generated from the commands. A test compares it with `config/rgtp-nntp.1`. */
import type { Command } from 'commander';
import { keys, nameOf } from '../config/walk.ts';

/** Where the service may run, and how to run a command there as its user. docs/running.md has the same lines. */
export const BESIDE_A_SERVICE: readonly (readonly [string, string])[] = [
  [
    'What root creates in the data folder goes to the owner of the folder, so root may run every command:',
    'sudo rgtp-nntp board user add ann@example.org --config /etc/rgtp-nntp/rgtp-nntp.yaml',
  ],
  [
    'As the user of the systemd unit, while it runs:',
    'sudo runuser -u rgtp-nntp -- rgtp-nntp board user list --config /etc/rgtp-nntp/rgtp-nntp.yaml',
  ],
  [
    'As the user of the systemd unit, whether it runs or not:',
    'sudo systemd-run --quiet --pty --wait --collect -p DynamicUser=yes -p User=rgtp-nntp -p StateDirectory=rgtp-nntp \\\n  rgtp-nntp board verify --config /etc/rgtp-nntp/rgtp-nntp.yaml',
  ],
  [
    'In a container of `docker/compose.yaml` (quickstart or bridge):',
    'docker compose --file docker/compose.yaml exec quickstart rgtp-nntp board user add ann@example.org',
  ],
];

/** `rgtp-nntp(1)` as troff with man macros. */
export function manPage(program: Command, version: string): string {
  const commands = program.commands.filter((command) => command.name() !== 'help');
  return [
    `.TH RGTP-NNTP 1 "" "rgtp-nntp ${plain(version)}" "User Commands"`,
    '.SH NAME',
    `rgtp-nntp \\- ${plain(sentence(program.description()))}`,
    '.SH SYNOPSIS',
    ...commands.map((command) => `.B rgtp-nntp ${plain(command.name())}\n${plain(command.usage())}\n.br`),
    '.SH DESCRIPTION',
    plain(program.description()),
    '.SH COMMANDS',
    ...commands.flatMap((command) => section(command, command.name())),
    '.SH CONFIGURATION',
    'Keys of the YAML file, each with the environment variable that overrides it.',
    ...keys.flatMap((key) => {
      const preset = key.usually ?? (String(key.preset) === '' ? 'empty' : String(key.preset));
      const notes = plain(`${key.meaning}. Default: ${preset}. It must be ${key.allowed}.`.replaceAll('`', ''));
      return ['.TP', `.B ${plain(nameOf(key.path))}`, `(\\fI${plain(key.variable)}\\fR)`, notes];
    }),
    '.SH BESIDE A RUNNING SERVICE',
    ...BESIDE_A_SERVICE.flatMap(([where, command]) => [plain(where), '.PP', '.nf', plain(command), '.fi', '.PP']),
    '.SH EXIT STATUS',
    '0: success. 1: failure. 2: wrong usage or configuration.',
    '.SH SIGNALS',
    'SIGTERM and SIGINT stop the server within ten seconds, after it has finished answers and posts in progress.',
    'SIGHUP reloads the configuration. If the new one has mistakes, the server keeps the old one.',
    '',
  ].join('\n');
}

function section(command: Command, name: string): string[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const below = command.commands.filter((inner) => inner.name() !== 'help');
  return [
    `.SS rgtp-nntp ${plain(name)}`,
    `${plain(sentence(command.description()))}.`,
    ...help
      .visibleArguments(command)
      .flatMap((argument) => [
        '.TP',
        `.I ${plain(help.argumentTerm(argument))}`,
        plain(help.argumentDescription(argument)),
      ]),
    ...options.flatMap((option) => [
      '.TP',
      `.B ${plain(help.optionTerm(option))}`,
      plain(help.optionDescription(option)),
    ]),
    ...below.flatMap((inner) => section(inner, `${name} ${inner.name()}`)),
  ];
}

/** Without its full stop. */
function sentence(text: string): string {
  return text.replace(/\.$/, '');
}

/** Escapes what troff would read as a request. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
