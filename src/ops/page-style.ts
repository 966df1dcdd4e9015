/** Colours have a contrast of at least 4.5 (text) and 3 (bars), light and dark (WCAG 2.2 AA): a test computes it. */
export const style = `:root{color-scheme:light dark;--bg:#fafaf7;--fg:#1c1c1a;--dim:#62625b;--card:#fff;--line:#deded6;--bar:#2d6cdf;--link:#1f56bd;--ok:#17734a;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#151614;--fg:#e9e9e3;--dim:#a8a89f;--card:#1e201d;--line:#34362f;--bar:#7aa7ff;--link:#9dbeff;--ok:#62c98f;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--fg);font:1rem/1.45 system-ui,sans-serif}
h1{font-size:1.35rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.2rem 0 0}h3{font-size:1rem;margin:0}p{margin:.3rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}.ok{color:var(--ok)}
a{color:var(--link)}a:focus-visible,main:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}nav a{margin-right:1rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.8rem;margin:.6rem 0 1rem}
.card{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;overflow-wrap:anywhere}
.head{display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}progress{width:100%;height:.7rem;accent-color:var(--bar)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:.5rem 0 0}dt{color:var(--dim)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:3.2rem}svg path{fill:var(--bar)}svg line{stroke:var(--dim)}
.scale,.axis{display:flex;justify-content:space-between;font-size:.85rem;font-variant-numeric:tabular-nums}`;
