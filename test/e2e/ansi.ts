/** A terminal's screen (text with SGR sequences, as `tmux capture-pane -e` gives it) as a page that looks like one. */

const palette = ['#1d1f21', '#cc6666', '#8abf6a', '#e6c07b', '#6aa0d8', '#b48ead', '#6fbcb4', '#c5c8c6'];
const bright = ['#666a6d', '#e08080', '#a5d68a', '#f2d59a', '#8abaf0', '#cfaed4', '#8fd6ce', '#ffffff'];
/** Backgrounds are darker than letters, so that both can be read. */
const grounds = ['#1d1f21', '#7a2f2f', '#2f6b3a', '#7a6327', '#254f7d', '#5b3f66', '#2a6660', '#c5c8c6'];
const [background, foreground] = ['#14171a', '#d6d9d8'];

interface Look {
  readonly colour: string | undefined;
  readonly ground: string | undefined;
  readonly bold: boolean;
  readonly reverse: boolean;
  readonly underline: boolean;
}

const plain: Look = { colour: undefined, ground: undefined, bold: false, reverse: false, underline: false };

function step(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 4) return { ...look, underline: true };
  if (code === 7) return { ...look, reverse: true };
  if (code >= 30 && code <= 37) return { ...look, colour: palette[code - 30] };
  if (code === 39) return { ...look, colour: undefined };
  if (code >= 40 && code <= 47) return { ...look, ground: grounds[code - 40] };
  if (code === 49) return { ...look, ground: undefined };
  if (code >= 90 && code <= 97) return { ...look, colour: bright[code - 90] };
  return look;
}

function style(look: Look): string {
  const colour = look.colour ?? foreground;
  const ground = look.ground ?? background;
  return [
    `color:${look.reverse ? ground : colour}`,
    ...(look.reverse || look.ground !== undefined ? [`background:${look.reverse ? colour : ground}`] : []),
    ...(look.bold ? ['font-weight:bold'] : []),
    ...(look.underline ? ['text-decoration:underline'] : []),
  ].join(';');
}

const escaped = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);

export function terminalPage(screen: string, title: string): string {
  let look = plain;
  let html = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
  for (const part of screen.replace(/[\x0e\x0f]|\x1b[()]./g, '').split(/(\x1b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const codes = /^\x1b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) look = codes.split(';').map(Number).reduce(step, look);
    else if (part !== '') html += `<span style="${style(look)}">${escaped(part)}</span>`;
  }
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title><style>
body { margin: 0; background: ${background}; display: inline-block; }
header { background: #2b3036; color: #b8bdc2; font: 13px "DejaVu Sans", sans-serif; padding: 7px 14px; }
pre { margin: 0; padding: 10px 14px; font: 15px/18px "DejaVu Sans Mono", monospace; color: ${foreground}; }
</style><header>${escaped(title)}</header><pre>${html}</pre>`;
}
