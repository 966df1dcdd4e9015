import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleBoard } from './sample-board.ts';

/**
 * Somebody with an account on the sample board and a home folder of their own, where newsreaders find their settings.
 */
export class Person implements Disposable {
  readonly userid: 'ann@rgtp.test' | 'ed@rgtp.test';
  readonly secret: string;
  readonly home = mkdtempSync(join(tmpdir(), 'home-'));
  /** An “editor” that adds `typed` to the end of the file it is given, and keeps a copy. */
  readonly editor: string;
  readonly typed = 'Typed in an editor: a café, “quoted”.';

  constructor(userid: Person['userid'] = 'ann@rgtp.test') {
    this.userid = userid;
    this.secret = sampleBoard.users[userid] ?? '';
    // tin takes a file that is no newer than its own for one that nobody has edited.
    this.editor = this.write(
      'editor',
      `#!/bin/sh\nfor file; do :; done\nprintf '%s\\n' '${this.typed}' >>"$file"\ncp "$file" '${join(this.home, 'left')}'\ntouch -d '1 minute' "$file"\n`,
      0o755,
    );
  }

  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.home, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  /** The text that the editor left last, as a board keeps it: without headers, and without blanks at the ends of lines. */
  get left(): string[] {
    const file = readFileSync(join(this.home, 'left'), 'utf8');
    const body = /^[A-Za-z-]+: /.test(file) ? file.slice(file.indexOf('\n\n')) : file;
    return withoutOuterBlanks(body.split('\n').map((line) => line.trimEnd()));
  }

  get environment(): Record<string, string> {
    return { HOME: this.home, VISUAL: this.editor, EDITOR: this.editor };
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Empty lines at the beginning and at the end say nothing. */
export function withoutOuterBlanks(lines: readonly string[]): string[] {
  const full = (line: string) => line !== '';
  return lines.slice(lines.findIndex(full), lines.findLastIndex(full) + 1);
}
