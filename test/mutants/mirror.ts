import { breaking } from './mutant.ts';

const MIRROR = ['test/bridge/mirror/mirror.test.ts', 'test/bridge/mirror/histories.test.ts'];
const TEXTS = [
  'test/bridge/mirror/mirror.test.ts',
  'test/bridge/mirror/outages.test.ts',
  'test/bridge/mirror/dialects.test.ts',
];

export const mirrorMutants = [
  ...breaking(
    'src/bridge/mirror/queue.ts',
    TEXTS,
    [
      'what an editor removed is not brought back by an old answer',
      'if (this.state(item) !== TextState.Doubted) {',
      'if (this.state(item) >= 0) {',
    ],
    ['an item the board chokes on is given up', 'if (strikes < STRIKES) {', 'if (strikes >= 0) {'],
    [
      'requests under way are bounded',
      'while (!this.#closed && this.#requests.size < this.#depth) {',
      'while (!this.#closed) {',
    ],
  ),
  ...breaking('src/bridge/mirror/numbering.ts', MIRROR, [
    'a new epoch begins above everything given',
    'base: highest + 1 - first',
    'base: highest - first',
  ]),
  ...breaking(
    'src/bridge/mirror/numbering.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'epochs are on disk before any number of theirs is given',
      'if (begun.length > 0) await permanent.addEpochs(begun);',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/publishing.ts',
    [...MIRROR, 'test/bridge/view/history.test.ts'],
    [
      'a high mark never falls',
      'if (mark !== undefined && number > mark.high) mark.high = number;',
      'if (mark !== undefined) mark.high = number;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    [...MIRROR, 'test/bridge/posting/faults.test.ts', 'test/bridge/mirror/rare-hours.test.ts'],
    [
      'our own posts have their ids before anybody sees them',
      '        await gate?.beforePublish(newestRows(seen, decision));\n',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/outages.test.ts'],
    [
      'what a failed poll was to find, the next one finds',
      '    } catch (error) {\n      this.expect(expected);\n      throw error;',
      '    } catch (error) {\n      throw error;',
    ],
  ),
  ...breaking(
    'src/bridge/poller.ts',
    ['test/bridge/poller.test.ts'],
    ['a board that is away is asked ever more rarely', 'first * 2 ** Math.max(this.#failures - 1, 0)', 'first'],
    [
      'one poll at a time',
      'if (this.#running === undefined) return this.#run();\n    this.#next ??= this.#running\n',
      'if (this.#next === undefined) return this.#run();\n    this.#next ??= Promise.resolve(this.#running)\n',
    ],
  ),
];
