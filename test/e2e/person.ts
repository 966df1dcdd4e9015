import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /** An “editor” that adds `typed` to the end of the file it is given. */
  readonly editor: string;
  readonly typed = 'Typed in an editor: a café, “quoted”.';

  constructor(userid: Person['userid'] = 'ann@rgtp.test') {
    this.userid = userid;
    this.secret = sampleBoard.users[userid] ?? '';
    // tin takes a file that is no newer than its own for one that nobody has edited.
    this.editor = this.write(
      'editor',
      `#!/bin/sh\nfor file; do :; done\nprintf '%s\\n' '${this.typed}' >>"$file"\ntouch -d '1 minute' "$file"\n`,
      0o755,
    );
  }

  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.home, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  get environment(): Record<string, string> {
    return { HOME: this.home, VISUAL: this.editor, EDITOR: this.editor };
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
