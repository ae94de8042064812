// What the query earned along training, over the slider: the range of each group's rewards, and NDCG of the greedy answers.
import { memo } from 'react'
import { rewardsOf, type Moment } from '../../state/timeline.ts'
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
export const INSET = 8

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

function TrackBase({ moments, last, step }: { readonly moments: readonly Moment[]; readonly last: number; readonly step: number }) {
  const [ref, size] = useSize()
  const width = size?.width ?? 0
  const xOf = (at: number): number => INSET + (last === 0 ? 0 : (at / last) * (width - 2 * INSET))
  const columns = columnsOf(moments, xOf)
  const greedy = moments.flatMap((moment) => {
    const ndcg = moment.kind === 'greedy' ? moment.answer.metrics?.['ndcg@10'] : undefined
    return ndcg === undefined ? [] : [{ x: xOf(moment.step), ndcg }]
  })
  const values = [0, 1, ...columns.flatMap(({ low, high }) => [low, high])]
  const [bottom, top] = [Math.min(...values), Math.max(...values)]
  const yOf = (value: number): number => PAD + (1 - (value - bottom) / (top - bottom)) * (HEIGHT - 2 * PAD)
  const path = (points: readonly (readonly [x: number, y: number])[]): string => points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
  return (
    <div className="track" ref={ref} aria-hidden="true">
      {width > 0 && (
        <svg width={width} height={HEIGHT}>
          <line className="track-zero" x1={INSET} x2={width - INSET} y1={yOf(0)} y2={yOf(0)} />
          {columns.map(({ x, low, high }) => <line key={x} className="track-range" x1={x} x2={x} y1={yOf(high)} y2={Math.max(yOf(low), yOf(high) + 1)} />)}
          <path className="track-mean" d={path(columns.map(({ x, mean }) => [x, yOf(mean)]))} />
          {columns.length < 120 && columns.map(({ x, mean }) => <circle key={x} className="track-dot" cx={x} cy={yOf(mean)} r={2} />)}
          <path className="track-greedy" d={path(greedy.map(({ x, ndcg }) => [x, yOf(ndcg)]))} />
          {greedy.length < 120 && greedy.map(({ x, ndcg }) => <rect key={x} className="track-square" x={x - 2.5} y={yOf(ndcg) - 2.5} width={5} height={5} />)}
          <line className="track-now" x1={xOf(step)} x2={xOf(step)} y1={0} y2={HEIGHT} />
        </svg>
      )}
    </div>
  )
}
export const Track = memo(TrackBase)
