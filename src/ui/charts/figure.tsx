// Charts as figures of their own: drawn apart from the page at the size of a figure, every colour and font in the file.
import { createRoot } from 'react-dom/client'
import { flushSync } from 'react-dom'
import { nextTask } from '../../state/nextTask.ts'
import { count } from '../parts/format.ts'
import type { Charted } from './charted.ts'
import type { Curve } from './curves.ts'
import { frameOf, type Frame, type Look } from './frame.ts'
import { placeKeys } from './figureKeys.ts'
import { boxOf, LABELS_WIDTH } from './geometry.ts'
import { Plot, type Paint } from './Plot.tsx'

export type Background = 'white' | 'dark'

const WIDTH = 460
const HEIGHT = 250
const [TITLE, KEYS, SAYS, GAP] = [20, 16, 14, 18]
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif'
const WAIT_MS = 2000

/** The page's colours of one scheme, by name, as its style sheets give them. */
function coloursOf(background: Background, sheets: Iterable<CSSStyleSheet>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const read = (rules: CSSRuleList): void => {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule && rule.selectorText === ':root') {
        for (const name of rule.style) if (name.startsWith('--')) found.set(name, rule.style.getPropertyValue(name).trim())
      }
    }
  }
  const media = [...sheets].flatMap(({ cssRules }) => [...cssRules]).filter((rule) => rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-color-scheme: dark'))
  for (const { cssRules } of sheets) read(cssRules)
  if (background === 'dark') for (const rule of media) read((rule as CSSMediaRule).cssRules)
  return found
}

function painter(background: Background): { readonly paint: Paint; readonly ground: string } {
  const colours = coloursOf(background, document.styleSheets)
  const paint = (colour: string): string => colour.replace(/var\((--[\w-]+)\)/, (_, name: string) => colours.get(name) ?? (background === 'white' ? '#333333' : '#cccccc'))
  return { paint, ground: background === 'white' ? '#ffffff' : paint('var(--panel)') }
}

/** Draws one chart where nobody sees it, and takes its SVG. */
async function drawn(frame: Frame, curve: Curve, look: Look, place: number, paint: Paint): Promise<SVGSVGElement> {
  const host = document.createElement('div')
  host.style.cssText = `position:fixed;left:-10000px;top:0;width:${WIDTH}px;height:${HEIGHT}px`
  host.inert = true
  document.body.append(host)
  const root = createRoot(host, { identifierPrefix: `figure${place}-` })
  try {
    flushSync(() => root.render(<Plot frame={frame} format={curve.format} axis={look.axis} width={WIDTH} height={HEIGHT} labels={LABELS_WIDTH} paint={paint} />))
    const lines = frame.lines.filter(({ points }) => points.some(({ y }) => y !== null)).length
    const begun = performance.now()
    // recharts knows its axes only after its first effects
    const whole = (): boolean => host.querySelectorAll('.recharts-line-curve').length >= lines && host.querySelector('.recharts-yAxis text') !== null
    while (!whole() && performance.now() - begun < WAIT_MS) await nextTask()
    const svg = host.querySelector('svg.recharts-surface')
    if (svg === null) throw new Error(`chart ${curve.title} was not drawn within ${WAIT_MS / 1000} s; save it again`)
    const copy = svg.cloneNode(true) as SVGSVGElement
    for (const element of [copy, ...copy.querySelectorAll('*')]) for (const name of ['class', 'style', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name)
    return copy
  } finally {
    root.unmount()
    host.remove()
  }
}

const NS = 'http://www.w3.org/2000/svg'

function element(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS(NS, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  if (text !== undefined) made.textContent = text
  return made
}

/** Lines of at most so many letters, broken between words. */
function wrapped(text: string, letters: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!
    if (last !== '' && last.length + word.length >= letters) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

export interface FigureOptions {
  readonly background: Background
  readonly columns: number
  readonly look: (curve: Curve) => Look
  /** the chart that is being drawn, of how many */
  readonly onProgress?: (done: number, of: number) => void
}

const CAPTION_LETTERS = 84
const LINE = 13

/** The charts as one self-contained SVG: titles, keys, what has to be said of each, and a caption of what ran. */
export async function svgOf(curves: readonly Curve[], charted: Charted, { background, columns: most, look, onProgress }: FigureOptions): Promise<string> {
  const { paint, ground } = painter(background)
  const columns = Math.min(most, curves.length)
  const frames: Frame[] = []
  for (const curve of curves) {
    frames.push(frameOf(curve, charted.series, look(curve), Math.round(boxOf({ width: WIDTH, height: HEIGHT }, LABELS_WIDTH).width)))
    await nextTask()
  }
  const keys = frames.map(({ lines }) => placeKeys(lines.map(({ name }) => name), WIDTH))
  // charts of one figure keep to their rows
  const under = TITLE + KEYS * Math.max(1, ...keys.flat().map(({ row }) => row + 1))
  const cell = under + HEIGHT + 2 * SAYS + GAP
  const names = charted.series.map(({ name, tracks }) => `${name} (${count(tracks.steps.length + tracks.sft.length)} steps)`).join(', ')
  const of = look(curves[0]!)
  const smoothing = of.smoothing === 0 ? 'values as they are' : `lines smoothed with weight ${of.smoothing} (debiased moving average), values faint behind`
  const by = { step: 'steps', tokens: 'tokens', wall: 'time at work, pauses left out' }[of.axis]
  const caption = wrapped(`${names}; x: ${by}; ${smoothing}.`, CAPTION_LETTERS * columns)
  const [width, height] = [columns * (WIDTH + GAP) + GAP, Math.ceil(curves.length / columns) * cell + GAP + caption.length * LINE + GAP]
  const svg = element('svg', { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': FONT, role: 'img' })
  svg.append(element('title', {}, curves.length === 1 ? curves[0]!.title : 'Curves of training'), element('rect', { width, height, fill: ground }))

  for (const [at, curve] of curves.entries()) {
    onProgress?.(at, curves.length)
    await nextTask()
    const frame = frames[at]!
    const group = element('g', { transform: `translate(${GAP + (at % columns) * (WIDTH + GAP)} ${GAP + Math.floor(at / columns) * cell})` })
    const note = charted.series.map(({ settings }) => curve.note?.(settings)).find((one) => one !== undefined)
    group.append(element('text', { x: 0, y: 12, 'font-size': 13, 'font-weight': 600, fill: paint('var(--ink)') }, curve.title))
    if (note !== undefined) group.append(element('text', { x: 0, y: TITLE + 24, 'font-size': 11, fill: paint('var(--ink-soft)') }, note))
    else {
      for (const [place, { colour, dash }] of frame.lines.entries()) {
        const { x, row, text } = keys[at]![place]!
        const y = TITLE + row * KEYS
        group.append(
          element('line', { x1: x, x2: x + 18, y1: y + 6, y2: y + 6, stroke: paint(colour), 'stroke-width': 2, 'stroke-dasharray': dash }),
          element('text', { x: x + 22, y: y + 9.5, 'font-size': 10, fill: paint('var(--ink-soft)') }, text),
        )
      }
      const plot = await drawn(frame, curve, look(curve), at, paint)
      plot.setAttribute('y', String(under))
      group.append(plot)
      wrapped(frame.says.join(' · '), CAPTION_LETTERS).slice(0, 2).forEach((line, row) => {
        group.append(element('text', { x: 0, y: under + HEIGHT + 11 + row * SAYS, 'font-size': 10, fill: paint('var(--ink-soft)') }, line))
      })
    }
    svg.append(group)
  }
  caption.forEach((line, row) => {
    svg.append(element('text', { x: GAP, y: height - GAP - (caption.length - 1 - row) * LINE, 'font-size': 10.5, fill: paint('var(--ink-soft)') }, line))
  })
  return new XMLSerializer().serializeToString(svg)
}

/** The SVG as pixels, two to a unit. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image()
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [2 * image.naturalWidth, 2 * image.naturalHeight]
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/png') })
    if (blob === null) throw new Error(`a figure of ${canvas.width} × ${canvas.height} pixels is more than this browser draws; save it as SVG`)
    return blob
  } finally {
    URL.revokeObjectURL(address)
  }
}
