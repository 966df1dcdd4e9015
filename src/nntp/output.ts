import type { Duplex } from 'node:stream';

/** Up to here, what piled up goes out as one write; beyond, corked, without being copied. */
const COPY_OCTETS = 256 * 1024;
/** UTF-8 octets that one UTF-16 unit can need */
const UNIT_OCTETS = 3;

const CRLF = '\r\n';

/** Answers of one turn, gathered so that they leave in one write. A string is a line without its CRLF. */
export class Output {
  #parts: (string | Buffer)[] = [];
  #octets = 0;

  /** octets gathered, at most: strings count as if every character needed three */
  get octets(): number {
    return this.#octets;
  }

  line(text: string): void {
    this.#parts.push(text);
    this.#octets += (text.length + CRLF.length) * UNIT_OCTETS;
  }

  bytes(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#octets += bytes.length;
  }

  flush(stream: Duplex): void {
    if (this.#parts.length === 0) return;
    const parts = this.#parts;
    const octets = this.#octets;
    this.#parts = [];
    this.#octets = 0;
    const [only] = parts;
    if (parts.length === 1 && only instanceof Buffer) stream.write(only);
    else if (octets <= COPY_OCTETS) stream.write(joined(parts, octets));
    else {
      stream.cork();
      for (const part of parts) stream.write(typeof part === 'string' ? part + CRLF : part);
      stream.uncork();
    }
  }
}

function joined(parts: readonly (string | Buffer)[], octets: number): Buffer {
  const all = Buffer.allocUnsafe(octets);
  let at = 0;
  for (const part of parts) at += typeof part === 'string' ? all.write(part + CRLF, at) : part.copy(all, at);
  return all.subarray(0, at);
}
