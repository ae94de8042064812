// Lines between the same product in neighbouring columns: quiet, and plain to see for the product under the pointer or the focus.
import { memo, useMemo } from 'react'
import { useHotId } from './hot.ts'
import { linksBetween, type Link } from './ranks.ts'

/** Where a column's list lies within the drawing, in pixels. */
export interface Place {
  readonly left: number
  readonly right: number
  readonly top: number
}

export interface LinesProps {
  /** of the columns, left to right; undefined where one has no list */
  readonly places: readonly (Place | undefined)[]
  readonly ids: readonly (readonly string[] | undefined)[]
  readonly listed: number
  /** pixels of a row */
  readonly row: number
}

interface Drawn extends Link {
  readonly path: string
  readonly key: string
  /** too far to be followed by eye among many: drawn in full only for the product that is pointed at */
  readonly far: boolean
}

/** Ranks between the two ends of a line that is still quiet. */
const FAR = 24

function pathOf({ from, to }: Pick<Link, 'from' | 'to'>, left: Place, right: Place, row: number): string {
  const y = (place: Place, rank: number): number => Math.round(place.top + (rank - 0.5) * row)
  const [x1, x2] = [Math.round(left.right), Math.round(right.left)]
  const middle = (x1 + x2) / 2
  if (from !== undefined && to !== undefined) {
    const [y1, y2] = [y(left, from), y(right, to)]
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
  }
  const reach = (x2 - x1) * 0.4
  // out and down, or in from below
  if (from !== undefined) return `M${x1} ${y(left, from)}q${reach} 0 ${reach} ${row * 0.4}`
  return `M${x2 - reach} ${y(right, to!) + row * 0.4}q0 ${-row * 0.4} ${reach} ${-row * 0.4}`
}

function drawn({ places, ids, listed, row }: LinesProps): Drawn[] {
  return places.slice(1).flatMap((right, at) => {
    const left = places[at]
    const [before, after] = [ids[at], ids[at + 1]]
    // columns below one another, or beyond one another, have no lines
    if (left === undefined || right === undefined || before === undefined || after === undefined || right.left <= left.right) return []
    return linksBetween(before, after, listed).map((link) => ({
      ...link, key: `${at} ${link.id}`, path: pathOf(link, left, right, row),
      far: link.from !== undefined && link.to !== undefined && Math.abs(link.from - link.to) > FAR,
    }))
  })
}

/** All lines of a kind as one drawing: hundreds of elements would cost more than they show. */
const Quiet = memo(function Quiet({ lines }: { readonly lines: readonly Drawn[] }) {
  const paths = new Map<Link['kind'], string>()
  for (const { far, kind, path } of lines) if (!far) paths.set(kind, (paths.get(kind) ?? '') + path)
  return [...paths].map(([kind, path]) => <path key={kind} className={`line line-${kind}`} d={path} />)
})

function Hot({ lines }: { readonly lines: readonly Drawn[] }) {
  const hot = useHotId()
  if (hot === undefined) return null
  return lines.filter(({ id }) => id === hot).map(({ key, kind, path }) => <path key={key} className={`line line-${kind} hot`} d={path} />)
}

export function Lines({ places, ids, listed, row }: LinesProps) {
  const lines = useMemo(() => drawn({ places, ids, listed, row }), [places, ids, listed, row])
  return <svg className="lines" aria-hidden="true"><Quiet lines={lines} /><Hot lines={lines} /></svg>
}
