// Saves charts: figures as PNG or SVG, their data as CSV or JSONL.
import { createStore } from 'zustand/vanilla'
import { fileName } from '../../domain/fileName.ts'
import { nextTask } from '../../state/nextTask.ts'
import { saveBlob } from '../parts/save.ts'
import { csvOf, jsonlOf } from './chartData.ts'
import type { Charted } from './charted.ts'
import type { Curve } from './curves.ts'
import { pngOf, svgOf, type Background, type FigureOptions } from './figure.tsx'

export type Saved = 'png' | 'svg' | 'csv' | 'jsonl'

/** The ground of figures, once chosen. */
export const figures = createStore<{ readonly background: Background }>(() => ({ background: 'white' }))

const LINES_A_TASK = 2000

/** A file of lines, written a few thousand a task so that the page stays free. */
async function written(lines: Iterable<string>, type: string): Promise<Blob> {
  const parts: string[] = []
  let part: string[] = []
  for (const line of lines) {
    part.push(line)
    if (part.length < LINES_A_TASK) continue
    parts.push(part.join(''))
    part = []
    await nextTask()
  }
  return new Blob([...parts, part.join('')], { type })
}

const nameOf = (curves: readonly Curve[], { series }: Charted): string =>
  fileName([series.map(({ name }) => name).join(' vs '), curves.length === 1 ? curves[0]!.id : 'curves'].join(' '), 'curves', 100)

/** Saves them as one file. Rejects with a sentence when a figure cannot be drawn. */
export async function exportCharts(curves: readonly Curve[], charted: Charted, kind: Saved, options: Omit<FigureOptions, 'background'>): Promise<void> {
  const name = `${nameOf(curves, charted)}.${kind}`
  if (kind === 'csv') return saveBlob(name, await written(csvOf(curves, charted.series), 'text/csv'))
  if (kind === 'jsonl') return saveBlob(name, await written(jsonlOf(curves, charted.series), 'application/x-ndjson'))
  const svg = await svgOf(curves, charted, { ...options, background: figures.getState().background })
  saveBlob(name, kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pngOf(svg))
}
