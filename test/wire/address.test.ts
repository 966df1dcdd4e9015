import { expect, it } from 'vitest';
import { listenHost } from '../../src/wire/address.ts';

it('leaves the choice between :: and 0.0.0.0 to node, and nothing else', () => {
  expect(listenHost('::')).toBeUndefined();
  expect(['0.0.0.0', '::1', 'localhost'].map(listenHost)).toEqual(['0.0.0.0', '::1', 'localhost']);
});
