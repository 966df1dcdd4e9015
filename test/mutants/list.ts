import { boardMutants } from './board.ts';
import { bridgeMutants } from './bridge.ts';
import { feedMutants } from './feeds.ts';
import { frontEndMutants } from './front-end.ts';
import { historyMutants } from './histories.ts';
import { loginMutants } from './logins.ts';
import { mirrorMutants } from './mirror.ts';
import { movingMutants } from './moving.ts';
import type { Mutant } from './mutant.ts';
import { newsMutants } from './news.ts';
import { newsreaderMutants } from './newsreaders.ts';
import { nntpMutants } from './nntp.ts';
import { operatorMutants } from './operator.ts';
import { rareHourMutants } from './rare-hours.ts';
import { rgtpMutants } from './rgtp.ts';
import { storeMutants } from './store.ts';
import { textMutants } from './texts.ts';
import { turnMutants } from './turns.ts';
import { watchingMutants } from './watching.ts';

export const mutants: readonly Mutant[] = [
  ...nntpMutants,
  ...storeMutants,
  ...boardMutants,
  ...rgtpMutants,
  ...mirrorMutants,
  ...rareHourMutants,
  ...historyMutants,
  ...bridgeMutants,
  ...newsMutants,
  ...frontEndMutants,
  ...newsreaderMutants,
  ...textMutants,
  ...turnMutants,
  ...operatorMutants,
  ...loginMutants,
  ...feedMutants,
  ...watchingMutants,
  ...movingMutants,
];
