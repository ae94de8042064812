// What is laid over a drawn chart: crosshair, pinned step, selected stretch, dots and the values in the caption. Written straight into the page, so that
// pointing draws no chart again and renders no component.
import type { ChartAxis, Cursor } from '../../state/cursor.ts'
import { count } from '../parts/format.ts'
import { nearest } from './column.ts'
import type { Curve } from './curves.ts'
import type { DrawnLine, Frame } from './frame.ts'
import { heightAt, pixelOf, xAt, type Box } from './geometry.ts'
import type { RunSeries } from './runSeries.ts'

/** What stands drawn. */
export interface Shown {
  readonly curve: Curve
  readonly frame: Frame
  readonly box: Box
  readonly axis: ChartAxis
  readonly series: readonly RunSeries[]
}

const MARK_REACH = 6
const DRAG_FROM = 4

/** Charts that are to be painted with the next frame, all in one. */
const due = new Set<Pointing>()
function paintSoon(pointing: Pointing): void {
  if (due.size === 0) {
    requestAnimationFrame(() => {
      const now = [...due]
      due.clear()
      for (const one of now) one.paint()
    })
  }
  due.add(pointing)
}

/** Writes only what differs: a text that stays costs no layout. */
function write(element: Element | null | undefined, text: string): void {
  if (element !== null && element !== undefined && element.textContent !== text) element.textContent = text
}

function stand(element: HTMLElement | null, left: number | undefined): void {
  if (element === null) return
  element.hidden = left === undefined
  if (left !== undefined) element.style.transform = `translateX(${left.toFixed(1)}px)`
}

/** The place of a line's value at a step of the first run: other runs are read at the same x. */
function placeAt({ curve, axis, series: [first] }: Shown, { series }: DrawnLine, step: number): number {
  const track = series.tracks[curve.of]
  if (series === first || axis === 'step') return track.at(step)
  const x = first?.xOf(step, axis, curve.of)
  return x === undefined ? -1 : nearest(track.axes[axis].values, track.length, x)
}

/** What a line is worth at a step, or at its end: written as the chart writes it. */
export function readingOf(shown: Shown, line: DrawnLine, step: number | undefined): { readonly text: string; readonly x?: number; readonly y?: number; readonly step?: number } {
  const column = line.series.column(shown.curve, line.line)
  const track = line.series.tracks[shown.curve.of]
  const place = step === undefined ? column.lastDrawn() : placeAt(shown, line, step)
  if (place < 0) return { text: '–' }
  const [x, y, at] = [track.axes[shown.axis].values[place]!, column.values[place]!, track.axes.step.values[place]!]
  if (Number.isNaN(y)) return { text: column.isBroken(place) ? 'not finite' : '–', x, step: at }
  return { text: shown.curve.format(y), x, y, step: at }
}

/** The values of every line at a step as one sentence, for those who hear it. */
export function sentenceAt(shown: Shown, step: number | undefined): string {
  return shown.frame.lines.map((line) => `${line.name} ${readingOf(shown, line, step).text}`).join(', ')
}

export class Pointing {
  private shown: Shown | undefined
  private dragFrom: number | undefined
  /** the pointer or the keys are at this chart, not at one linked to it */
  private at = false
  /** on the screen: what nobody sees is written when it comes into sight */
  private seen = true
  private readonly parts = new Map<string, HTMLElement | null>()
  private readonly dots: HTMLElement[] = []
  private readonly stops: (() => void)[] = []

  /** `figure` holds the parts by their `data-part`; `surface` takes the pointer and the keys. */
  constructor(private readonly figure: HTMLElement, private readonly surface: HTMLElement, private readonly cursor: Cursor) {
    const observer = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1)?.isIntersecting ?? true
      if (this.seen) paintSoon(this)
    })
    observer.observe(figure)
    this.stops.push(() => observer.disconnect())
    const on = <Type extends keyof HTMLElementEventMap>(type: Type, act: (event: HTMLElementEventMap[Type]) => void): void => {
      surface.addEventListener(type, act)
      this.stops.push(() => surface.removeEventListener(type, act))
    }
    on('pointermove', (event) => this.move(event))
    on('pointerdown', (event) => this.down(event))
    on('pointerup', (event) => this.up(event))
    on('pointercancel', () => this.leave())
    on('pointerleave', () => { if (this.dragFrom === undefined) this.leave() })
    on('dblclick', () => cursor.showAll())
    on('keydown', (event) => this.key(event))
    on('focus', () => this.enter())
    on('blur', () => this.leave())
    this.stops.push(cursor.subscribe((now, before) => {
      if (this.seen && (now.hover !== before.hover || now.pinned !== before.pinned)) paintSoon(this)
    }))
  }

  stop(): void {
    for (const stop of this.stops) stop()
    due.delete(this)
  }

  /** A part of the figure that stays as long as it does. */
  private part(name: string): HTMLElement | null {
    let found = this.parts.get(name)
    if (found === undefined) this.parts.set(name, found = this.figure.querySelector<HTMLElement>(`[data-part="${name}"]`))
    return found
  }

  /** What is drawn from now on. */
  show(shown: Shown): void {
    this.shown = shown
    this.paint()
  }

  paint(): void {
    const { shown } = this
    if (shown === undefined) return
    const { frame, box, series: [first], axis, curve } = shown
    const { hover, pinned } = this.cursor.getState()
    const step = hover ?? pinned
    const pixel = (at: number | undefined): number | undefined => {
      const x = at === undefined ? undefined : first?.xOf(at, axis, curve.of)
      return x === undefined || x < frame.x.domain[0] || x > frame.x.domain[1] ? undefined : pixelOf(frame, box, x)
    }
    const left = pixel(hover)
    const cross = this.part('cross')
    stand(cross, left)
    if (cross !== null && hover !== undefined) cross.dataset['step'] = count(hover)
    stand(this.part('pin'), pixel(pinned))
    const readings = frame.lines.map((line) => readingOf(shown, line, step))
    const values = this.figure.querySelectorAll('[data-value]')
    readings.forEach(({ text }, at) => write(values[at], text))
    write(this.part('value'), curveValue(frame, readings[0]?.text))
    this.paintDots(step === undefined ? [] : readings, shown)
    const near = left === undefined || !this.at ? [] : frame.marks.filter(({ x }) => Math.abs(pixelOf(frame, box, x) - left) <= MARK_REACH)
    const tip = this.part('tip')
    if (tip !== null) {
      tip.hidden = near.length === 0
      write(tip, near.map(({ says }) => says).join('; '))
    }
    if (document.activeElement === this.surface) {
      const at = step ?? series(first, curve).last
      this.surface.setAttribute('aria-valuenow', String(at))
      this.surface.setAttribute('aria-valuetext', [`step ${count(at)}`, sentenceAt(shown, step), ...near.map(({ says }) => says)].join(': '))
    }
  }

  private paintDots(readings: readonly ReturnType<typeof readingOf>[], { frame, box }: Shown): void {
    const layer = this.part('dots')
    if (layer === null) return
    const [from, to] = frame.x.domain
    readings.forEach(({ x, y }, at) => {
      if (this.dots[at] === undefined) layer.append(this.dots[at] = document.createElement('i'))
      const dot = this.dots[at]
      const top = y === undefined || (frame.log && y <= 0) ? undefined : heightAt(frame, box, y)
      dot.hidden = x === undefined || top === undefined || x < from || x > to || top < box.top - 1 || top > box.top + box.height + 1
      if (dot.hidden) return
      dot.style.transform = `translate(${pixelOf(frame, box, x!).toFixed(1)}px, ${top!.toFixed(1)}px)`
      dot.style.background = frame.lines[at]!.colour
    })
    for (const dot of this.dots.slice(readings.length)) dot.hidden = true
  }

  private stepAt(pixel: number): number | undefined {
    const { shown } = this
    if (shown === undefined) return undefined
    const { frame, box, series: [first], axis, curve } = shown
    const [from, to] = frame.x.domain
    return first?.stepAt(Math.min(to, Math.max(from, xAt(frame, box, pixel))), axis, curve.of)
  }

  private enter(): void {
    this.at = true
    paintSoon(this)
  }

  private move({ offsetX }: PointerEvent): void {
    this.at = true
    this.cursor.point(this.stepAt(offsetX))
    const brush = this.part('brush')
    if (brush === null || this.dragFrom === undefined || this.shown === undefined) return
    const { box } = this.shown
    const [low, high] = [this.dragFrom, Math.min(box.left + box.width, Math.max(box.left, offsetX))].toSorted((a, b) => a - b) as [number, number]
    brush.hidden = high - low < DRAG_FROM
    brush.style.transform = `translateX(${low}px)`
    brush.style.width = `${high - low}px`
  }

  private down({ button, offsetX, pointerId }: PointerEvent): void {
    if (button !== 0) return
    this.dragFrom = offsetX
    this.surface.setPointerCapture(pointerId)
  }

  private up({ offsetX }: PointerEvent): void {
    const from = this.dragFrom
    if (from === undefined) return
    this.letGo()
    const [one, other] = [this.stepAt(from), this.stepAt(offsetX)]
    if (other === undefined || one === undefined) return
    if (Math.abs(offsetX - from) < DRAG_FROM) this.cursor.pin(other)
    else this.cursor.show(one, other)
  }

  private letGo(): void {
    this.dragFrom = undefined
    const brush = this.part('brush')
    if (brush !== null) brush.hidden = true
  }

  private leave(): void {
    this.at = false
    this.letGo()
    paintSoon(this)
    this.cursor.point(undefined)
  }

  private key(event: KeyboardEvent): void {
    const { shown, cursor } = this
    if (shown === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const { hover, pinned, range } = cursor.getState()
    const { steps, last, first } = series(shown.series[0], shown.curve)
    if (steps === 0) return
    const at = hover ?? pinned ?? last
    const go = (step: number): void => cursor.point(Math.min(last, Math.max(first, step)))
    const page = Math.max(1, Math.round((last - first) / 20))
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => go(this.beside(at, event.shiftKey ? -10 : -1)), ArrowRight: () => go(this.beside(at, event.shiftKey ? 10 : 1)),
      ArrowDown: () => go(this.beside(at, -1)), ArrowUp: () => go(this.beside(at, 1)),
      PageDown: () => go(at - page), PageUp: () => go(at + page), Home: () => go(range?.[0] ?? first), End: () => go(range?.[1] ?? last),
      Enter: () => cursor.pin(at), ' ': () => cursor.pin(at),
      '[': () => cursor.show(at, range?.[1] ?? last), ']': () => cursor.show(range?.[0] ?? first, at), '0': () => cursor.showAll(),
    }
    const act = event.key === 'Escape' && (hover !== undefined || pinned !== undefined)
      ? () => {
          cursor.point(undefined)
          cursor.unpin()
        }
      : acts[event.key]
    if (act === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  /** The step so many points of this chart before or after one. */
  private beside(step: number, by: number): number {
    const { curve, series: [first] } = this.shown!
    const track = first!.tracks[curve.of]
    const place = Math.min(track.length - 1, Math.max(0, track.at(step) + by))
    return track.axes.step.values[place] ?? step
  }
}

/** The steps that a chart's keys walk. */
function series(first: RunSeries | undefined, curve: Curve): { readonly steps: number; readonly first: number; readonly last: number } {
  const track = first?.tracks[curve.of]
  if (track === undefined || track.length === 0) return { steps: 0, first: 0, last: 0 }
  const { values } = track.axes.step
  return { steps: track.length, first: values[0]!, last: values[track.length - 1]! }
}

/** A chart of one line has its value at the right of its title; others have one at every name. */
function curveValue({ lines }: Frame, text: string | undefined): string {
  return lines.length === 0 ? '–' : text ?? '–'
}
