/** WCAG 2.2 contrast (1.4.3, 1.4.11), computed from the colours of the style. */
import { describe, expect, it } from 'vitest';
import { style } from '../../src/ops/page-style.ts';

/** Relative luminance, as WCAG defines it. */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const schemes = Array.from(style.matchAll(/:root\{([^}]*)\}/g), ([, text = '']) =>
  Object.fromEntries(Array.from(text.matchAll(/--(\w+):(#\w+)/g), ([, name = '', value = '']) => [name, value])),
);

it('is measured as WCAG does', () => {
  expect(contrast('#000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

describe.each([
  ['light', schemes[0] ?? {}],
  ['dark', schemes[1] ?? {}],
] as const)('%s', (_, colours) => {
  const colour = (name: string) => colours[name] ?? '';
  it.each(['fg', 'dim', 'ok', 'bad', 'link'])('text in %s can be read on both backgrounds', (name) => {
    for (const behind of ['bg', 'card']) {
      expect(contrast(colour(name), colour(behind)), `${name} on ${behind}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('bars can be seen', () => {
    expect(contrast(colour('bar'), colour('card'))).toBeGreaterThanOrEqual(3);
  });
});

it('no other colour is used', () => {
  expect(style.replaceAll(/:root\{[^}]*\}/g, '')).not.toMatch(/#[0-9a-f]{3}|rgb|hsl/i);
});
