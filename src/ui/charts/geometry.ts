// Where a chart's values lie within it, in pixels: the drawing and what is laid over it agree by these.
import type { Frame } from './frame.ts'

export const MARGIN = { top: 7, right: 14, bottom: 0, left: 0 } as const
export const X_HEIGHT = 16
export const Y_WIDTH = 40
/** The margin that names at the ends of lines need. */
export const LABELS_WIDTH = 64

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The box that values are drawn in. */
export function boxOf({ width, height }: { readonly width: number; readonly height: number }, labels: number): Box {
  const left = MARGIN.left + Y_WIDTH
  return { left, top: MARGIN.top, width: Math.max(1, width - left - MARGIN.right - labels), height: Math.max(1, height - MARGIN.top - MARGIN.bottom - X_HEIGHT) }
}

/** x of a pixel, and the pixel of an x. */
export function xAt({ x: { domain: [from, to] } }: Pick<Frame, 'x'>, { left, width }: Box, pixel: number): number {
  return from + ((pixel - left) / width) * (to - from)
}

export function pixelOf({ x: { domain: [from, to] } }: Pick<Frame, 'x'>, { left, width }: Box, x: number): number {
  return left + ((x - from) / (to - from)) * width
}

/** Where a value stands, from the top of the chart. */
export function heightAt({ y, log }: Pick<Frame, 'y' | 'log'>, box: Box, value: number): number {
  const at = log ? Math.log : (one: number): number => one
  const [low, high] = y.domain
  return box.top + box.height * (1 - (at(value) - at(low)) / (at(high) - at(low)))
}
