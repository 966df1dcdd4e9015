import { describe, expect, it } from 'vitest';
import { worse } from '../bench/last.ts';

describe('npm run bench -- --check', () => {
  const before = {
    peers: { 'ARTICLE: times the best peer': { value: 2, noise: 0.1 }, cost: { value: 2, noise: 0.1 } },
  };
  const now = (value: number, noise = 0.1, better: 'more' | 'less' = 'more') => ({
    peers: [{ name: better === 'more' ? 'ARTICLE: times the best peer' : 'cost', value, noise, better }],
  });

  // The noise of both runs, and 10 % between them: 30 %.
  it('points out what fell by more than the noise, with both values', () => {
    expect(worse(now(1.39), before)).toEqual(['peers: ARTICLE: times the best peer: 2.00 → 1.39 (noise 30 %)']);
    expect(worse(now(1.41), before)).toEqual([]);
    expect(worse(now(1.39, 0.3), before)).toEqual([]);
  });

  it('points out a cost that rose', () => {
    expect(worse(now(2.61, 0.1, 'less'), before)).toEqual(['peers: cost: 2.00 → 2.61 (noise 30 %)']);
    expect(worse(now(2.59, 0.1, 'less'), before)).toEqual([]);
  });

  it('says nothing of what is better, new, or no ratio', () => {
    expect(worse(now(20), before)).toEqual([]);
    expect(worse(now(0.1), {})).toEqual([]);
    expect(worse({ peers: [{ name: 'ARTICLE: times the best peer', value: 0.1 }] }, before)).toEqual([]);
  });
});
