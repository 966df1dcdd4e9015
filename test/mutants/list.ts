import type { Mutant } from './mutant.ts';
import { storeMutants } from './store.ts';

export const mutants: readonly Mutant[] = [...storeMutants];
