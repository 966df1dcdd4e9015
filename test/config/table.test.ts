import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configTables } from '../../src/config/table.ts';
import { keys } from '../../src/config/walk.ts';

describe('the keys', () => {
  it('each have a default, a variable of their own, and a meaning', () => {
    expect(keys.length).toBeGreaterThan(60);
    expect(new Set(keys.map((key) => key.variable)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key.meaning, key.variable).not.toBe('');
      expect(key.preset ?? key.usually, key.variable).toBeDefined();
    }
  });

  it('can each be set from the environment to its default', () => {
    const peer = { RGTP_NNTP_PEERS_0_ADDRESS: 'nntp://peer.example' };
    const presets = Object.fromEntries(
      keys
        .filter((key) => key.preset !== undefined && String(key.preset) !== '')
        .map((key) => [key.variable.replace('_n_', '_0_'), String(key.preset)]),
    );
    const config = loadConfig({ environment: { ...peer, ...presets } });
    expect(config).toEqual(loadConfig({ environment: peer }));
    expect({ ...config, peers: [] }).toEqual(loadConfig({}));
  });

  it('are a row each in the tables', () => {
    const rows = configTables()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(keys.length);
    expect(rows).toContain(
      '| `boards[n].posting` | true or false | `true` | Whether anyone can post through the bridge | `RGTP_NNTP_BOARDS_n_POSTING` |',
    );
    for (const row of rows) expect(row.split(/(?<!\\)\|/), row).toHaveLength(7);
  });
});
