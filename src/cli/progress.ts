/**
 * Progress of a long task: a bar on a terminal, elsewhere a line every few seconds. By hand: cli-progress and progress
 * only do bars and have been dormant for years; the lines for a log would have to be written anyway.
 */
export interface ProgressOptions {
  readonly stream?: NodeJS.WriteStream;
  /** unix ms */
  readonly now?: () => number;
}

const barWidth = 30;
const redrawMs = 100;
const lineMs = 5_000;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #label = '';
  #drawn = false;

  constructor({ stream = process.stderr, now = () => performance.now() }: ProgressOptions = {}) {
    this.#stream = stream;
    this.#now = now;
  }

  /** @param total 0 while unknown */
  show(label: string, done: number, total: number): void {
    const terminal = this.#stream.isTTY;
    const now = this.#now();
    const finished = total > 0 && done >= total;
    const due = now - this.#shownAt >= (terminal ? redrawMs : lineMs) || label !== this.#label || finished;
    if (!due) return;
    this.#shownAt = now;
    this.#label = label;
    if (terminal) {
      this.#stream.write(`\r\x1b[2K${bar(label, done, total)}`);
      this.#drawn = true;
    } else this.#stream.write(`${label}: ${counts(done, total)}\n`);
  }

  /** Ends the bar's line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }
}

function bar(label: string, done: number, total: number): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  return `${label.padEnd(12)} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${counts(done, total)}`;
}

function counts(done: number, total: number): string {
  if (total === 0) return String(done);
  return `${done} of ${total} (${Math.floor((100 * Math.min(done, total)) / total)} %)`;
}
