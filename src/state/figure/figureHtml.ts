// A figure as one HTML file that needs nothing else: no script, nothing fetched, light and dark, and made to be printed.
import type { EsciLabel } from '../../domain/dataset.ts'
import { MOST_RELEVANT, type DiffedWord, type Figure, type FigureColumn, type FigureProduct, type RelevantProduct } from './figure.ts'

/** Text of data, in elements and in quoted attributes alike. What no document may hold, and half characters, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[\p{Surrogate}\p{Noncharacter_Code_Point}]|(?![\t\n\r])\p{Cc}/gu, '\uFFFD')
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\'', '&#39;')
}

/** Text of data in its own direction: what it does to its surroundings ends with it. */
const bdi = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`

const score = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3))
const signed = (value: number): string => (Math.abs(value) < 5e-4 ? '±0' : `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`)

const LABELS: Readonly<Record<EsciLabel, string>> = { E: 'Exact', S: 'Substitute', C: 'Complement', I: 'Irrelevant' }

function labelHtml(label: EsciLabel | undefined): string {
  return label === undefined ? '<abbr class="label none" title="not judged">?</abbr>' : `<abbr class="label ${label}" title="${LABELS[label]}">${label}</abbr>`
}

function moveHtml({ was, rank }: FigureProduct): string {
  if (was === undefined) return ''
  if (was === 'new') return '<span class="move up" title="not ranked at the left">new</span>'
  if (was === rank) return '<span class="move" title="same rank as at the left">=</span>'
  return was > rank ? `<span class="move up" title="from rank ${was}">▲${was - rank}</span>` : `<span class="move down" title="from rank ${was}">▼${rank - was}</span>`
}

const TAGS = { kept: ['', ''], moved: ['<u>', '</u>'], added: ['<ins>', '</ins>'], 'left out': ['<del>', '</del>'] } as const

function wordsHtml(words: readonly DiffedWord[]): string {
  if (words.length === 0) return '<i>(an empty query)</i>'
  return words.map(({ word, change }) => `${TAGS[change][0]}${bdi(word)}${TAGS[change][1]}`).join(' ')
}

function columnHtml({ title, note, words, thought, fault, ndcg, recall, gain, products, unjudged, absent }: FigureColumn, { k }: Figure): string {
  const difference = gain === undefined ? '' : ` <span class="${gain > 5e-4 ? 'up' : gain < -5e-4 ? 'down' : 'level'}">${signed(gain)}</span>`
  const items = products.map((product) => `<li>${labelHtml(product.label)}<span class="title">${bdi(product.title)}${product.brand === '' ? '' : ` <small>${bdi(product.brand)}</small>`}</span>${moveHtml(product)}</li>`)
  return [
    `<section><h2>${bdi(title)}${note === '' ? '' : ` <small>${bdi(note)}</small>`}</h2>`,
    `<p class="measures">NDCG@${k} <b>${score(ndcg)}</b>${difference} · Recall@${k} <b>${score(recall)}</b></p>`,
    '<div>',
    fault === undefined ? '' : `<p class="fault">Format broken: ${bdi(fault)}</p>`,
    thought === undefined ? '' : `<blockquote>${bdi(thought)}</blockquote>`,
    words === undefined ? '' : `<p class="query" dir="auto">${wordsHtml(words)}</p>`,
    '</div><div>',
    items.length === 0 ? '' : `<ol>${items.join('')}</ol>`,
    absent === undefined ? '' : `<p class="absent">${bdi(absent)}</p>`,
    unjudged === 0 ? '' : `<p class="note">${unjudged} of these ${products.length} unjudged</p>`,
    '</div></section>',
  ].join('')
}

function relevantHtml(relevant: readonly RelevantProduct[], { columns }: Figure): string {
  if (relevant.length === 0) return ''
  const rest = relevant.length - MOST_RELEVANT
  const answered = columns.filter((column) => column.answered)
  const items = relevant.slice(0, MOST_RELEVANT).map(({ title, ranks }) => (
    `<li>${labelHtml('E')}<span class="title">${bdi(title)}</span><span class="ranks">${ranks.filter((_, at) => columns[at]!.answered).map((rank) => rank ?? '–').join(' → ')}</span></li>`))
  return `<div class="relevant"><h2>Relevant products <small>rank by ${answered.map(({ title }) => bdi(title)).join(' → ')}; – is beyond 100</small></h2><ul>${items.join('')}</ul>${rest > 0 ? `<p class="note">and ${rest} more</p>` : ''}</div>`
}

// the page's own colours, which keep AA contrast in light and in dark; paper is light
const STYLE = `
:root{color-scheme:light dark;--page:#fff;--sunken:#f7f8fa;--line:#dde1e6;--ink:#171b21;--soft:#4d5661;--good:#0e6b34;--good-soft:#dcf5e3;--warn:#7f4b00;--warn-soft:#fff0d2;--bad:#b3141f;--c:#5b3cb4;--c-soft:#ede7fd;--i:#59626d;--i-soft:#e9ecef}
@media (prefers-color-scheme:dark){:root{--page:#161b22;--sunken:#11161c;--line:#2b323b;--ink:#e8ebef;--soft:#aeb7c2;--good:#63d38c;--good-soft:#12301f;--warn:#efb758;--warn-soft:#35270d;--bad:#ff9391;--c:#bda8ff;--c-soft:#2a2147;--i:#aab3be;--i-soft:#262d36}}
*{box-sizing:border-box}body{margin:0;padding:1.5rem;background:var(--page);color:var(--ink);font:14px/1.45 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;font-variant-numeric:tabular-nums}
figure,h1,h2,p,ol,ul,blockquote,dl,dd{margin:0;padding:0}ol,ul{list-style:none}figure{max-width:110rem;margin:auto}
h1{font-size:1.125rem}h2{font-size:.9375rem}small,.note{color:var(--soft);font-size:.75rem;font-weight:400}
.relevant{margin-top:.75rem}.relevant ul{columns:22rem;column-gap:1.5rem}.relevant li{break-inside:avoid}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem 1.5rem;margin-top:1rem}
/* the columns' parts share their rows: rank n of one begins beside rank n of the next */section{display:grid;grid-row:span 4;grid-template-rows:subgrid;align-content:start;gap:0;min-width:0}section>*{min-width:0}section h2{padding-bottom:.125rem;border-bottom:1px solid var(--line)}.measures{padding-block:.25rem;font-size:.8125rem}
.query{padding:.375rem .5rem;border-radius:.375rem;background:var(--sunken);font-family:ui-monospace,'SF Mono',Menlo,Consolas,monospace;font-size:.8125rem;overflow-wrap:anywhere}
ins{padding:0 .125rem;border-radius:.1875rem;background:var(--good-soft);color:var(--good);text-decoration:none;font-weight:600}del{color:var(--soft)}u{text-decoration:underline dotted;text-underline-offset:3px}
blockquote{padding:.25rem .5rem;border-inline-start:3px solid var(--line);color:var(--soft);font-size:.8125rem;font-style:italic;overflow-wrap:anywhere;white-space:pre-wrap}
section ol{margin-top:.375rem;counter-reset:rank}li{display:flex;align-items:baseline;gap:.375rem;padding-block:.125rem;font-size:.8125rem}
section li{border-bottom:1px solid var(--line)}section li::before{counter-increment:rank;content:counter(rank);min-width:1.25rem;color:var(--soft);text-align:end;font-size:.6875rem}
.title{flex:1;min-width:0;overflow-wrap:anywhere}.label{display:inline-grid;place-items:center;flex:none;width:1.125rem;height:1.125rem;border-radius:.25rem;font-size:.6875rem;font-weight:700;line-height:1;text-decoration:none}
.E{background:var(--good-soft);color:var(--good)}.S{background:var(--warn-soft);color:var(--warn)}.C{background:var(--c-soft);color:var(--c)}.I{background:var(--i-soft);color:var(--i)}.none{border:1px dashed var(--line);color:var(--soft)}
.move,.ranks{color:var(--soft);font-size:.75rem;white-space:nowrap}.up{color:var(--good)}.down,.fault{color:var(--bad)}.level,.absent{color:var(--soft)}.fault,.absent{font-size:.8125rem}
figcaption{margin-top:1.25rem;padding-top:.5rem;border-top:1px solid var(--line);color:var(--soft);font-size:.75rem}figcaption dl{display:flex;flex-wrap:wrap;gap:.125rem 1.25rem;margin-top:.25rem}figcaption div{display:flex;gap:.375rem;min-width:0}dt{font-weight:600}dd{overflow-wrap:anywhere;min-width:0}
@media print{@page{size:landscape;margin:12mm}:root{color-scheme:light;--page:#fff;--sunken:#f7f8fa;--line:#dde1e6;--ink:#171b21;--soft:#4d5661;--good:#0e6b34;--good-soft:#dcf5e3;--warn:#7f4b00;--warn-soft:#fff0d2;--bad:#b3141f;--c:#5b3cb4;--c-soft:#ede7fd;--i:#59626d;--i-soft:#e9ecef}body{padding:0;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}.columns{grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}li,figcaption div{break-inside:avoid}}
`.trim()

/** Nothing may be fetched or run, whatever the texts hold. */
const POLICY = 'default-src \'none\'; style-src \'unsafe-inline\'; base-uri \'none\'; form-action \'none\''

export function figureHtml(figure: Figure): string {
  const { query, domain, split, columns, relevant, caption, listed } = figure
  const about = [split === undefined ? 'nobody judged this query' : `${split} query`, ...(domain === undefined ? [] : [domain])].map(bdi).join(' · ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(query)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<figure>
<h1>“${bdi(query)}” <small>${about}</small></h1>
${relevantHtml(relevant, figure)}
<div class="columns">${columns.map((column) => columnHtml(column, figure)).join('\n')}</div>
<figcaption>The first ${listed} products that each way of asking finds. Words added to the query are marked, those moved dotted, those left out struck. Moves, and differences of NDCG, compare with the column at the left.
<dl>${caption.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${bdi(value)}</dd></div>`).join('')}</dl>
</figcaption>
</figure>
</main>
</body>
</html>
`
}
