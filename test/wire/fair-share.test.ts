import { expect, test } from 'vitest';
import { eventLoop, FairShare } from '../../src/wire/fair-share.ts';
import { stepByStep } from '../support/turns.ts';

/** An event loop whose time passes only when a task says so. */
class Loop {
  time = 0;
  rounds = 0;
  /** the longest a round has taken */
  longest = 0;
  readonly share = new FairShare({
    now: () => this.time,
    loops: () => this.#loops,
    nextRound: (callback) => void this.#next.push(callback),
    afterPromises: (callback) => queueMicrotask(() => process.nextTick(callback)),
  });
  #next: (() => void)[] = [];
  #loops = 0;

  /** callbacks for the next round */
  get waiting(): number {
    return this.#next.length;
  }

  /** Goes round until nothing is left. `input` comes in each time, before the callbacks. */
  async spin(input: () => void = () => {}): Promise<void> {
    do {
      const callbacks = this.#next.splice(0);
      const begun = this.time;
      for (const callback of callbacks) callback();
      await new Promise(setImmediate);
      this.#loops++;
      input();
      this.longest = Math.max(this.longest, this.time - begun);
      this.rounds++;
    } while (this.#next.length > 0);
  }

  /** A task of many steps of one millisecond each. */
  heavy(name: string, steps: number, done: string[]): () => void {
    let left = steps;
    const task = (): void => {
      do {
        this.time++;
        left--;
      } while (left > 0 && !this.share.over());
      if (left > 0) this.share.later(task);
      else done.push(name);
    };
    return task;
  }
}

test('a light task runs at once, and nothing is left behind', async () => {
  const loop = new Loop();
  const done: string[] = [];
  expect(loop.share.run(() => void done.push('light'))).toBe(true);
  expect(done).toEqual(['light']);
  expect(loop.waiting).toBe(0);
});

test('when the loop has gone round without tasks, there is a whole share again', async () => {
  const loop = new Loop();
  const spend = (): void => {
    loop.time += 100;
  };
  expect(loop.share.run(spend)).toBe(true);
  await loop.spin();
  expect(loop.share.run(spend)).toBe(true);
  // Nothing has been read since.
  expect(loop.share.run(spend)).toBe(false);
});

test('the clock is read after a few small steps together, but after each that takes long', () => {
  let time = 0;
  let looks = 0;
  const now = () => {
    looks++;
    return time;
  };
  const share = new FairShare({ now, loops: () => 0, nextRound: () => {}, afterPromises: () => {} });
  /** How often the clock is read in so many steps of so many ms each. */
  const looksIn = (steps: number, each: number) => {
    const before = looks;
    for (let step = 0; step < steps; step++) {
      time += each;
      share.over(true);
    }
    return looks - before;
  };
  share.run(() => {
    expect(looksIn(320, 0.001)).toBeLessThan(40);
    expect(looksIn(32, 1)).toBeGreaterThan(16);
    expect(looksIn(100, 1)).toBe(100);
  });
});

test('however many have much to do, a round is short and all are served', async () => {
  const loop = new Loop();
  const done: string[] = [];
  for (let n = 0; n < 500; n++) loop.share.run(loop.heavy(`task ${n}`, 20, done));
  expect(loop.time).toBeLessThanOrEqual(9);
  await loop.spin();
  expect(done).toHaveLength(500);
  expect(loop.longest).toBeLessThanOrEqual(20);
});

test('a newcomer is served before the crowd is done, and the crowd although newcomers keep coming', async () => {
  const loop = new Loop();
  const done: string[] = [];
  for (let n = 0; n < 50; n++) loop.share.run(loop.heavy('heavy', 100, done));
  let newcomers = 0;
  await loop.spin(() => {
    if (done.length > 60) return;
    for (let n = 0; n < 10; n++, newcomers++) loop.share.run(loop.heavy('newcomer', 1, done));
  });
  expect(done.slice(0, 50)).toEqual(Array(50).fill('newcomer'));
  expect(done.filter((name) => name === 'heavy')).toHaveLength(50);
  expect(done.filter((name) => name === 'newcomer')).toHaveLength(newcomers);
});

test('who needs a few turns does not wait for a crowd that has had many, however much it has to do', async () => {
  const loop = new Loop();
  const done: string[] = [];
  for (let n = 0; n < 100; n++) loop.share.run(loop.heavy('heavy', 50, done));
  const begun = loop.rounds;
  let inTurns = 0;
  const light = async (): Promise<void> => {
    for (let step = 0; step < 20; step++) {
      loop.time++;
      if (loop.share.over()) await loop.share.next(true);
    }
    inTurns = loop.rounds - begun;
  };
  let inPieces = 0;
  let left = 3;
  const task = (): void => {
    loop.time++;
    if (--left > 0) loop.share.later(task);
    else inPieces = loop.rounds - begun;
  };
  await loop.spin(() => {
    // The crowd has had its first turns.
    if (loop.rounds === begun + 200) {
      void light();
      loop.share.run(task);
    }
  });
  expect(inPieces).toBeGreaterThan(200);
  expect(inPieces).toBeLessThan(210);
  expect(inTurns).toBeLessThan(240);
  expect(done).toHaveLength(100);
});

test('a crowd of newcomers shares what one would have had', async () => {
  const loop = new Loop();
  const steps: number[] = [];
  for (let n = 0; n < 20; n++) {
    let had = 0;
    const task = (): void => {
      do {
        loop.time += 0.1;
        had += 1;
      } while (had < 1000 && !loop.share.over());
      steps[n] ??= had;
      if (had < 1000) loop.share.later(task);
    };
    loop.share.run(task);
  }
  await loop.spin();
  // Of the others, nobody knew when the first ones came.
  expect(Math.max(...steps.slice(3, 18))).toBeLessThan(10);
});

test('nobody waits for the crowd of another owner', async () => {
  for (const wait of ['run', 'later', 'next'] as const) {
    const loop = new Loop();
    const order: string[] = [];
    const ask = (name: string, owner: string): void => {
      const task = (): void => {
        loop.time++;
        order.push(name);
      };
      loop.share.belongs(task, owner);
      if (wait === 'next') void loop.share.next(false, owner).then(task);
      else loop.share[wait](task);
    };
    // One whose turn leaves no time in this round.
    loop.share.run(() => {
      loop.time += 100;
    });
    for (let n = 0; n < 900; n++) ask('crowd', 'a');
    ask('first', 'b');
    ask('second', 'b');
    ask('third', 'c');
    while (order.length < 903) await loop.spin();
    expect(order.slice(0, 5), wait).toEqual(['crowd', 'first', 'third', 'crowd', 'second']);
  }
});

test('a task of an owner that is forgotten leaves the others of its owner waiting', async () => {
  const loop = new Loop();
  const done: string[] = [];
  const tasks = ['a', 'b'].map((name) => () => void done.push(name));
  for (const task of tasks) {
    loop.share.belongs(task, 'owner');
    loop.share.later(task);
  }
  loop.share.forget(tasks[0] ?? (() => {}));
  await loop.spin();
  expect(done).toEqual(['b']);
});

test('a task that starts another makes it part of its own turn', () => {
  const { share } = new Loop();
  const order: string[] = [];
  share.run(() => {
    share.run(() => void order.push('inner'));
    order.push('outer');
  });
  expect(order).toEqual(['inner', 'outer']);
});

test('loops in async functions take turns with everything else', async () => {
  const loop = new Loop();
  const done: string[] = [];
  const mirror = async (name: string): Promise<void> => {
    for (let row = 0; row < 100; row++) {
      loop.time++;
      if (loop.share.over()) await loop.share.next();
    }
    done.push(name);
  };
  const both = Promise.all([mirror('a'), mirror('b')]);
  loop.share.run(loop.heavy('session', 30, done));
  while (done.length < 3) await loop.spin();
  await both;
  expect(done[0]).toBe('session');
  expect(loop.longest).toBeLessThanOrEqual(20);
});

test('a task that is forgotten does not run', async () => {
  const loop = new Loop();
  const done: string[] = [];
  const task = loop.heavy('gone', 100, done);
  loop.share.run(task);
  loop.share.forget(task);
  await loop.spin();
  expect(done).toEqual([]);
});

test('turns of one round began with it, those of the next later', async () => {
  const loop = new Loop();
  const began: number[] = [];
  const task = () => {
    began.push(loop.share.roundBegan);
    loop.time++;
  };
  loop.share.run(task);
  loop.share.run(task);
  await loop.spin();
  loop.share.run(task);
  expect(began[1]).toBe(began[0]);
  expect(began[2]).toBeGreaterThan(began[1] ?? 0);
});

test('an error of one task keeps none of the others from running', async () => {
  const loop = new Loop();
  const done: string[] = [];
  loop.share.later(() => {
    throw new Error('bug');
  });
  loop.share.later(() => void done.push('other'));
  await expect(loop.spin()).rejects.toThrow('bug');
  await loop.spin();
  expect(done).toEqual(['other']);
});

test('the real event loop goes round in between', async () => {
  let rounds = 0;
  const count = (): void => {
    rounds++;
    if (rounds < 1000) setImmediate(count);
  };
  setImmediate(count);
  stepByStep();
  for (let turn = 0; turn < 50; turn++) await eventLoop.next();
  expect(rounds).toBeGreaterThanOrEqual(9);
});

test('what turns leave to promises is done before the next turn, and its time is part of the round', async () => {
  const loop = new Loop();
  let done = 0;
  const task = () => {
    loop.share.promised();
    void Promise.resolve()
      .then(() => {})
      .then(() => {
        loop.time++;
        done++;
      });
  };
  for (let n = 0; n < 100; n++) loop.share.later(() => task());
  await loop.spin();
  expect(done).toBe(100);
  // Not all of it in one round, which has no more than 5 ms.
  expect(loop.longest).toBeLessThan(8);
});

test('one round serves many that go on after a promise, and each takes its turn before the next', async () => {
  const loop = new Loop();
  const order: string[] = [];
  const loops = ['a', 'b', 'c'].map(async (name) => {
    await loop.share.next();
    order.push(`${name} has a turn`);
    for (let hop = 0; hop < 5; hop++) await undefined;
    order.push(`${name} is done`);
  });
  await loop.spin();
  await Promise.all(loops);
  expect(loop.rounds).toBeLessThan(4);
  expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} has a turn`, `${name} is done`]));
});
