// A drawn figure as a file of its own: every colour and font in it, its title and keys above, what it says below.
import { placeKeys } from '../charts/figureKeys.ts'
import { pngOf } from '../charts/figure.tsx'
import { saveBlob } from '../parts/save.ts'

export interface FigureWords {
  readonly title: string
  readonly says: string
  readonly keys: readonly { readonly name: string; readonly colour: string; readonly dash: string }[]
}

const NS = 'http://www.w3.org/2000/svg'
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif'
const [MARGIN, TITLE, KEY, LINE] = [14, 24, 16, 14]
const LETTER = 5.4
const DRAWN = ['stroke', 'fill', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'fill-opacity', 'font-size', 'text-anchor'] as const

/** The drawing with the colours that the page gives it, and none of the page's classes. */
function alone(svg: Element): SVGElement {
  const copy = svg.cloneNode(true) as SVGElement
  const [from, to] = [[svg, ...svg.querySelectorAll('*')], [copy, ...copy.querySelectorAll('*')]]
  for (const [at, element] of to.entries()) {
    const style = getComputedStyle(from[at]!)
    for (const name of ['class', 'style', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name)
    for (const name of DRAWN) if (style.getPropertyValue(name) !== '') element.setAttribute(name, style.getPropertyValue(name))
  }
  return copy
}

function text(x: number, y: number, size: number, fill: string, words: string): SVGElement {
  const made = document.createElementNS(NS, 'text')
  for (const [name, value] of Object.entries({ x, y, 'font-size': size, fill })) made.setAttribute(name, String(value))
  made.textContent = words
  return made
}

function wrapped(words: string, letters: number): string[] {
  const lines = ['']
  for (const word of words.split(' ')) {
    const last = lines.at(-1)!
    if (last !== '' && last.length + word.length >= letters) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

function svgOf(drawing: Element, { title, says, keys }: FigureWords): string {
  const page = getComputedStyle(document.documentElement)
  const colour = (value: string): string => value.replace(/var\((--[\w-]+)\)/, (_, name: string) => page.getPropertyValue(name).trim())
  const { width: wide, height: high } = drawing.getBoundingClientRect()
  const shown = keys.length < 2 ? [] : keys
  const placed = placeKeys(shown.map(({ name }) => name), wide)
  const under = MARGIN + TITLE + KEY * (shown.length === 0 ? 0 : 1 + Math.max(...placed.map(({ row }) => row)))
  const lines = wrapped(says, Math.floor(wide / LETTER))
  const [width, height] = [wide + 2 * MARGIN, under + high + LINE * (lines.length + 1) + MARGIN]
  const svg = document.createElementNS(NS, 'svg')
  for (const [name, value] of Object.entries({ xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': FONT, role: 'img' })) svg.setAttribute(name, String(value))
  const ground = document.createElementNS(NS, 'rect')
  for (const [name, value] of Object.entries({ width, height, fill: colour('var(--panel)') })) ground.setAttribute(name, String(value))
  const plot = alone(drawing)
  plot.setAttribute('x', String(MARGIN))
  plot.setAttribute('y', String(under))
  const [ink, soft] = [colour('var(--ink)'), colour('var(--ink-soft)')]
  svg.append(ground, text(MARGIN, MARGIN + 12, 13, ink, title))
  for (const [at, { x, row, text: words }] of placed.entries()) {
    const line = document.createElementNS(NS, 'line')
    const y = MARGIN + TITLE + row * KEY
    const { colour: own, dash } = shown[at]!
    for (const [name, value] of Object.entries({ x1: MARGIN + x, x2: MARGIN + x + 18, y1: y + 4, y2: y + 4, 'stroke': colour(own), 'stroke-width': 2, 'stroke-dasharray': dash })) line.setAttribute(name, String(value))
    svg.append(line, text(MARGIN + x + 22, y + 7.5, 10, soft, words))
  }
  svg.append(plot, ...lines.map((line, at) => text(MARGIN, under + high + LINE * (at + 1), 10, soft, line)))
  return new XMLSerializer().serializeToString(svg)
}

/** Saves it as it stands on the page. Rejects with a sentence where the browser cannot draw it as pixels. */
export async function saveFigure(drawing: Element, words: FigureWords, name: string, kind: 'svg' | 'png'): Promise<void> {
  const svg = svgOf(drawing, words)
  saveBlob(`${name}.${kind}`, kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pngOf(svg))
}
