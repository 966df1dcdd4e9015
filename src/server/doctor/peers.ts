/** A peer: can it be reached, does it let us in, and does it take articles? */
import { formatAddress } from '../../config/addresses.ts';
import type { PeerConfig } from '../../config/config.ts';
import { PeerConnection, PeerError } from '../../feed/peer-connection.ts';
import { peerAddress } from '../feeds.ts';
import { type Finding, fail, ok, reasonOf } from './finding.ts';

const PATIENCE = 10_000;

export async function examinePeer(peer: PeerConfig): Promise<Finding> {
  const where = `peer ${peer.name} at ${formatAddress(peer.address)}`;
  try {
    const connection = await PeerConnection.open(peerAddress(peer), PATIENCE);
    const takes = await connection.takesArticles().finally(() => connection.close());
    if (takes !== undefined) {
      return fail(
        `${where}: ${takes}`,
        'Have the peer accept this server (incoming.conf in INN), or set peers[n].user.',
      );
    }
    return ok(`${where} takes articles, ${connection.streaming ? 'streamed' : 'one by one (IHAVE)'}`);
  } catch (error) {
    const remedy =
      error instanceof PeerError
        ? 'Correct peers[n] in the configuration, or start the peer.'
        : 'Correct the files that peers[n] names.';
    return fail(`${where}: ${reasonOf(error)}`, remedy);
  }
}
