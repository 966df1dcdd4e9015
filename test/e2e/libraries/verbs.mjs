/** What the libraries of node have in common: verbs from standard input, answers to standard output (see library.ts). */
import { createInterface } from 'node:readline';

/** A refusal of the server; anything else that is thrown ends the program. */
export class Refused extends Error {}

/** @param {Record<string, (...words: string[]) => Promise<readonly (string | Buffer)[] | void>>} verbs */
export async function serve(verbs) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb = '', ...words] = line.split('\t');
    try {
      for (const said of (await verbs[verb]?.(...words)) ?? []) console.log(`=${Buffer.from(said).toString('base64')}`);
      console.log('ok');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.log(`no ${error.message}`);
    }
  }
}
