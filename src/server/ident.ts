/** The ident responder, if one is configured. */
import type { Config } from '../config/config.ts';
import { IdentRegistry } from '../ident/registry.ts';
import { IdentResponder } from '../ident/responder.ts';
import type { Log } from '../wire/log.ts';
import { listenFailure } from './listening.ts';

export interface Ident {
  readonly registry: IdentRegistry;
  readonly responder: IdentResponder;
}

export async function openIdent({ ident: { responder: listen } }: Config, log: Log): Promise<Ident | undefined> {
  if (listen === undefined) return undefined;
  const registry = new IdentRegistry();
  try {
    return { registry, responder: await IdentResponder.open({ listen, registry, log }) };
  } catch (error) {
    throw listenFailure(error, listen, 'ident.responder', 'RGTP_NNTP_IDENT_RESPONDER');
  }
}
