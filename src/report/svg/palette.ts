/**
 * Colours by role, light and dark: s1 .. s6 tell series apart, also for eyes that do not tell red from green (after Okabe
 * and Ito); the others are surfaces and text. At least 4.5:1 between text and ground, 3:1 between series and ground.
 */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ground: ['#ffffff', '#14171c'],
  raised: ['#f5f7f9', '#1c2027'],
  ink: ['#1b2027', '#e7eaee'],
  faint: ['#59636f', '#9da7b3'],
  rule: ['#d5dbe2', '#343b45'],
  grid: ['#e6eaee', '#272d35'],
  accent: ['#0b6bb0', '#6cb6f2'],
  good: ['#1a7f4b', '#57c98a'],
  bad: ['#b3261e', '#ff8a80'],
  s1: ['#2f78b7', '#5aa3de'],
  s2: ['#c85f00', '#f0974a'],
  s3: ['#00805f', '#3fbf97'],
  s4: ['#9a5796', '#cf8fca'],
  s5: ['#8a6d00', '#d3b23a'],
  s6: ['#6c7683', '#8f9aa7'],
};

export const SERIES = ['s1', 's2', 's3', 's4', 's5', 's6'] as const;

/** Custom properties --NAME, and what the classes of svg/ look like. Pages print in the light colours. */
export function paletteStyle(): string {
  const declare = (which: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `--${name}:${pair[which]}`)
      .join(';');
  return `:root{color-scheme:light dark;${declare(0)}}
@media screen and (prefers-color-scheme:dark){:root{${declare(1)}}}
${SERIES.map((name) => `.${name}{fill:var(--${name});background:var(--${name})}`).join('\n')}
${PLOT_STYLE}`;
}

const PLOT_STYLE = `.plot{display:block;max-width:100%;height:auto;font:12px/1.2 var(--sans);overflow:visible}
.plot text{fill:var(--ink)}
.labels text{fill:var(--faint);font-variant-numeric:tabular-nums}
.labels .axis-title{fill:var(--faint);font-weight:600}
.labels.c1 text,.labels.c1 .axis-title{fill:var(--s1)}
.labels.c2 text,.labels.c2 .axis-title{fill:var(--s2)}
.axis,.tick{stroke:var(--faint);stroke-width:1}
.grid{stroke:var(--grid);stroke-width:1}
.plot .value,.plot .count{font-variant-numeric:tabular-nums}
.plot .value,.plot .faint,.plot .axis-title{fill:var(--faint)}
.plot .value,.plot .name{font-size:11px}
.plot .axis-title{font-weight:600}
.plot .cell{fill:var(--raised)}
.mark line{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 3}
.mark text{fill:var(--bad);paint-order:stroke;stroke:var(--ground);stroke-width:3px}
.mark.quiet line{stroke:var(--faint)}
.mark.quiet text{fill:var(--faint)}
.line{fill:none;background:none;stroke-width:1.75;stroke-linejoin:round}
${SERIES.map((name) => `.line.${name}{stroke:var(--${name})}`).join('\n')}
.pale{fill-opacity:.45}
.outlined{stroke:var(--ground);stroke-width:1}
.band{fill:none;stroke:var(--bad);stroke-width:1.25;pointer-events:none}
.plot .peak{fill:var(--bad)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:0 0 .6rem;padding:0;font-size:.85rem;color:var(--faint)}
.swatch{display:inline-block;width:.8em;height:.8em;margin-right:.45em;border-radius:2px;vertical-align:-.05em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.swatch.pale{opacity:.45}`;
