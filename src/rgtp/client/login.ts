import { type Octets, octets } from '../../wire/octets.ts';
import { errorFor } from '../codes.ts';
import { printable, RgtpError, RgtpFormatError } from '../errors.ts';
import { MAX_USERID } from '../index-entry.ts';
import { clientProof, nonce, type Proof, serverProof } from '../proof.ts';
import { check, line } from './command.ts';
import type { Answer } from './pending.ts';
import type { Transport } from './transport.ts';

export type Level = 0 | 1 | 2 | 3;

export interface Credentials {
  readonly user: Octets;
  readonly secret: Buffer | undefined;
  readonly foldWholeUserid: boolean;
}

const NONCE = /^([0-9A-Fa-f]{32})\s*$/;
const HASH = /^([0-9A-Fa-f]{32})\b/;

/** USER, and AUTH if the server asks for a proof. Checks the server's own proof, and resolves with the access level. */
export function logIn(transport: Transport, credentials: Credentials, level: Level | undefined): Promise<Level> {
  const { user } = credentials;
  if (user === '' || user.length > MAX_USERID || user.includes(' ')) {
    throw new RgtpError('refused', `no userid: ${printable(user)}`);
  }
  return authenticate(
    transport,
    line('USER', level === undefined ? user : octets`${user} ${level}`, 'refused'),
    credentials,
    true,
  );
}

/** ALVL: lowers the level at once, raises it with a new proof. */
export function changeLevel(transport: Transport, credentials: Credentials, level: Level | undefined): Promise<Level> {
  // Lowering the level needs no proof, nor does returning to one that needed none.
  return authenticate(
    transport,
    line('ALVL', level === undefined ? octets`` : octets`${level}`, 'bug'),
    credentials,
    false,
  );
}

async function authenticate(
  transport: Transport,
  command: Octets,
  credentials: Credentials,
  proofDue: boolean,
): Promise<Level> {
  let proof: Proof | undefined;
  const answer = await transport.perform({
    command,
    proceed: (step) => {
      if (step.code === 333 && proof === undefined) {
        proof = challenged(step, credentials);
        return Buffer.from(`AUTH ${clientProof(proof).toString('hex')} ${proof.clientNonce.toString('hex')}\r\n`);
      }
      if (isLevel(step.code)) {
        if (proof !== undefined) verify(step, proof);
        else if (proofDue && credentials.secret !== undefined)
          throw unproved('asked for no proof of identity, and gave none');
      }
      return undefined;
    },
  });
  if (answer.code === 330)
    throw new RgtpError('refused', 'the server wants a proof of a kind that this client cannot give');
  // A wrong proof is 483. Here the proof is right, but the userid may not be used.
  if (answer.code === 482 && proof !== undefined) throw errorFor(command.slice(0, 4), answer, { proven: true });
  return levelOf(check(command, answer, 230, 231, 232, 233));
}

/** `130 MD5  …`, `333 nonce` */
function challenged(answer: Answer, { user, secret, foldWholeUserid }: Credentials): Proof {
  if (secret === undefined) {
    throw new RgtpError(
      'refused',
      `the server wants proof that ${printable(user)} is who they say, but there is no secret to prove it with`,
    );
  }
  const algorithm = answer.preliminary.find((status) => status.code === 130)?.text ?? octets`MD5`;
  if (!/^MD5\b/i.test(algorithm)) throw new RgtpFormatError('unknown kind of proof', algorithm);
  const [, hex] = NONCE.exec(answer.text) ?? [];
  if (hex === undefined) throw new RgtpFormatError('malformed nonce', answer.text);
  return { clientNonce: nonce(), serverNonce: Buffer.from(hex, 'hex'), userid: user, secret, foldWholeUserid };
}

/** RGTP 2.4: the client checks the server's hash before it goes on. */
function verify(answer: Answer, proof: Proof): void {
  const [, hex] = HASH.exec(answer.preliminary.find((status) => status.code === 133)?.text ?? '') ?? [];
  if (hex === undefined) throw unproved('gave no proof of its own');
  if (!serverProof(proof).equals(Buffer.from(hex, 'hex'))) throw unproved('gave a wrong proof of its own');
}

function unproved(what: string): RgtpError {
  return new RgtpError('impostor', `the server ${what}: it may not be the board it says it is`);
}

function isLevel(code: number): boolean {
  return code >= 230 && code <= 233;
}

export function levelOf({ code }: Answer): Level {
  return code === 233 ? 3 : code === 232 ? 2 : code === 231 ? 1 : 0;
}
