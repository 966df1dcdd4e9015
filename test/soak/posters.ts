/** People who post, edit and withdraw through bridges. */
import { setTimeout as pause } from 'node:timers/promises';
import type { NntpClient } from '../support/nntp-client.ts';
import type { Attempt } from './ledger.ts';
import { leave } from './newsreaders.ts';
import { loginOf, Person, type Soak } from './person.ts';
import { newsgroup, type Place, visit } from './world.ts';

const SLOW = 4;
const SLOWER = 20;
const AWAY = 200;

interface Draft extends Attempt {
  readonly article: NonNullable<Attempt['article']>;
  readonly lines: readonly string[];
}

function draftOf(person: Person, place: Place, parent?: string): Draft {
  const mark = person.mark();
  const id = idOf(mark, person.soak);
  const lines = [
    ...['From: Ann <ann@rgtp.test>', `Newsgroups: ${newsgroup}`, `Message-ID: ${id}`],
    ...(parent === undefined ? [`Subject: with ${mark}`] : ['Subject: Re: soaking', `References: ${parent}`]),
    ...['', mark, ...Array<string>(person.below(12)).fill('It has been raining since the morning.')],
  ];
  return { mark, article: { place: place.name, id }, lines };
}

function idOf(mark: string, { seed }: Soak): string {
  return `<${mark.replaceAll(' ', '.')}.${seed}@client.example>`;
}

/** Whether the draft is on the board, according to the server. */
async function send({ ledger }: Soak, client: NntpClient, draft: Draft): Promise<boolean> {
  ledger.count('attempts to post');
  const answer = await client.post(draft.lines);
  if (/^(240|441 435) /.test(answer)) {
    ledger.acknowledged.push(draft);
    return true;
  }
  ledger.count(`refused: ${answer.slice(0, 60)}`);
  return false;
}

/** Posts; where no answer comes, again with the same Message-ID, until there is one. */
export function poster(soak: Soak, place: Place, name: string): Promise<void> {
  const person = new Person(name, soak);
  let draft: Draft | undefined;
  let parent: string | undefined;
  const act = async (client: NntpClient): Promise<void> => {
    if (draft === undefined) {
      draft = draftOf(person, place, person.random() < 0.8 ? parent : undefined);
      soak.ledger.attempts.push(draft);
    }
    if (!(await send(soak, client, draft))) return pause(AWAY);
    parent = draft.article.id;
    draft = undefined;
  };
  return person.live(() => visit(place, loginOf('ann@rgtp.test')), act, leave, SLOW);
}

/** One post by somebody who connects for it; undefined: not now. */
export async function postOnce(person: Person, place: Place): Promise<true | undefined> {
  const client = await visit(place, loginOf('ann@rgtp.test'));
  const posted = client && (await send(person.soak, client, draftOf(person, place)));
  client?.quit();
  return posted ? true : undefined;
}

/** Posts, and then changes or withdraws what they posted. */
export function editor(soak: Soak, place: Place, name: string): Promise<void> {
  const { ledger } = soak;
  const person = new Person(name, soak);
  const act = async (client: NntpClient): Promise<void> => {
    const mark = person.mark();
    const first = { mark, article: { place: place.name, id: idOf(mark, soak) } };
    const { id } = first.article;
    const head = ['From: Ed <ed@rgtp.test>', `Newsgroups: ${newsgroup}`, `Subject: with ${mark}`];
    ledger.attempts.push(first);
    if (!(await client.post([...head, `Message-ID: ${id}`, '', mark])).startsWith('240')) return;
    const edits = person.random() < 0.5;
    const second = { mark: `${mark}, edited` };
    const answer = await client.post(
      edits
        ? [...head, `Supersedes: ${id}`, 'X-RGTP-Reason: soaking', '', second.mark]
        : [...head, `Control: cancel ${id}`, 'X-RGTP-Reason: soaking', '', 'Gone.'],
    );
    ledger.count(`${edits ? 'edits' : 'withdrawals'}: ${answer.slice(0, answer.startsWith('240') ? 3 : 60)}`);
    if (!answer.startsWith('240')) return;
    ledger.removed.push(first);
    if (edits) ledger.acknowledged.push(second);
  };
  return person.live(() => visit(place, loginOf('ed@rgtp.test')), act, leave, SLOWER);
}
