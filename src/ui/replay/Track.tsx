// What the query earned along training, over the slider: the range of each group's rewards, and NDCG of the greedy answers.
import { memo } from 'react'
import { rewardsOf, type Moment } from '../../state/inspect/timeline.ts'
import { useSize } from '../parts/useSize.ts'

interface Column {
  readonly x: number
  readonly low: number
  readonly high: number
  readonly mean: number
}

const HEIGHT = 46
const PAD = 4
/** half of a slider's thumb: its first and last step stand that far from its ends */
const INSET = 8

/** At most one range a pixel: neighbours that share it become their common range and the mean of their means. */
export function columnsOf(moments: readonly Moment[], xOf: (step: number) => number): readonly Column[] {
  const columns: (Column & { readonly of: number })[] = []
  for (const moment of moments) {
    const rewards = moment.kind === 'sampled' ? rewardsOf(moment) : undefined
    if (rewards === undefined) continue
    const x = Math.round(xOf(moment.step))
    const last = columns.at(-1)
    if (last?.x !== x) columns.push({ x, low: rewards.min, high: rewards.max, mean: rewards.mean, of: 1 })
    else columns[columns.length - 1] = { x, low: Math.min(last.low, rewards.min), high: Math.max(last.high, rewards.max), mean: (last.mean * last.of + rewards.mean) / (last.of + 1), of: last.of + 1 }
  }
  return columns
}

const path = (points: readonly (readonly [x: number, y: number])[]): string => points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
const placeOf = (step: number, last: number, width: number): number => INSET + (last === 0 ? 0 : (step / last) * (width - 2 * INSET))

/** More marks than these would touch each other. */
const MOST_MARKS = 120

/** All that does not move with the slider: drawn again only when there is more of it. */
const Drawn = memo(({ moments, last, width }: { readonly moments: readonly Moment[]; readonly last: number; readonly width: number }) => {
  const xOf = (step: number): number => placeOf(step, last, width)
  const columns = columnsOf(moments, xOf)
  const greedy = moments.flatMap((moment) => {
    const ndcg = moment.kind === 'greedy' ? moment.answer.metrics?.['ndcg@10'] : undefined
    return ndcg === undefined ? [] : [{ x: xOf(moment.step), ndcg }]
  })
  const bottom = columns.reduce((least, { low }) => Math.min(least, low), 0)
  const top = columns.reduce((most, { high }) => Math.max(most, high), 1)
  const yOf = (value: number): number => PAD + (1 - (value - bottom) / (top - bottom)) * (HEIGHT - 2 * PAD)
  return (
    <>
      <line className="track-zero" x1={INSET} x2={width - INSET} y1={yOf(0)} y2={yOf(0)} />
      <path className="track-range" d={columns.map(({ x, low, high }) => `M${x} ${yOf(high).toFixed(1)}V${Math.max(yOf(low), yOf(high) + 1).toFixed(1)}`).join('')} />
      <path className="track-mean" d={path(columns.map(({ x, mean }) => [x, yOf(mean)]))} />
      {columns.length < MOST_MARKS && columns.map(({ x, mean }) => <circle key={x} className="track-dot" cx={x} cy={yOf(mean)} r={2} />)}
      <path className="track-greedy" d={path(greedy.map(({ x, ndcg }) => [x, yOf(ndcg)]))} />
      {greedy.length < MOST_MARKS && greedy.map(({ x, ndcg }, at) => <rect key={`${at} ${x}`} className="track-square" x={x - 2.5} y={yOf(ndcg) - 2.5} width={5} height={5} />)}
    </>
  )
})
Drawn.displayName = 'Drawn'

export function Track({ moments, last, step }: { readonly moments: readonly Moment[]; readonly last: number; readonly step: number }) {
  const [ref, size] = useSize()
  const width = size?.width ?? 0
  const x = placeOf(step, last, width)
  return (
    <div className="track" ref={ref} aria-hidden="true">
      {width > 0 && (
        <svg width={width} height={HEIGHT}>
          <Drawn moments={moments} last={last} width={width} />
          <line className="track-now" x1={x} x2={x} y1={0} y2={HEIGHT} />
        </svg>
      )}
    </div>
  )
}
