import type { Duplex } from 'node:stream';

/** A record's type, version and length, and how long one can be (RFC 8446 §5.1, §5.2). */
const HEADER = 5;
const LONGEST = 2 ** 14 + 256;
const HANDSHAKE = 0x16;

/**
 * Waits until a client's first TLS record is complete, or what arrives is none. TLS keeps 64 KiB for a handshake, which
 * a client that says nothing, or stops in its first sentence, must not cost.
 *
 * @param gone called if the client hangs up before
 */
export function awaitHello(stream: Duplex, heard: () => void, gone: () => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    if (!isComplete(bytes)) return;
    stream.off('data', onData);
    stream.off('end', gone);
    stream.pause();
    stream.unshift(bytes);
    heard();
  };
  stream.on('data', onData);
  stream.on('end', gone);
  stream.resume();
}

function isComplete(bytes: Buffer): boolean {
  if (bytes[0] !== HANDSHAKE) return bytes.length > 0;
  if (bytes.length < HEADER) return false;
  const length = bytes.readUInt16BE(HEADER - 2);
  // One that is too long is the business of TLS.
  return length > LONGEST || bytes.length >= HEADER + length;
}
