// Rows of a table by index, and the gradient that flows back into them: token embeddings, and the hidden rows that carry a loss.
import type { WeightStorage } from '../../../src/protocol/policy.ts'
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { weightSource } from '../packed/packed.ts'
import shardSource from './gather.shard.wgsl?raw'
import gatherSource from './gather.wgsl?raw'
import pickSource from './pick.wgsl?raw'
import scatterSource from './scatter.wgsl?raw'

/** out[i] = table[index[i]]; table: [*, width], index: [rows] u32, out: [rows, width]. */
export function gather(recording: Recording, table: Tensor, index: Tensor, out: Tensor, rows: number, width: number): void {
  const kernel = recording.gpu.kernel('gather', gatherSource)
  recording.dispatch(kernel, [table, index, out], [rows, width], [Math.ceil(width / 64), rows])
}

/** The table's rows [firstRow, firstRow + tableRows) in one storage, `stride` elements apart. */
export interface TableShard {
  readonly storage: WeightStorage
  readonly data: Tensor
  readonly scales: Tensor | undefined
  readonly firstRow: number
  readonly tableRows: number
  readonly stride: number
}

/** out[i] = table[index[i]] for those rows i whose table row lies in the shard; the others stay. index: [rows] u32, out: [rows, width]. */
export function gatherShard(recording: Recording, { storage, data, scales, firstRow, tableRows, stride }: TableShard, index: Tensor, out: Tensor, rows: number, width: number): void {
  const extra = scales === undefined ? [] : [scales]
  const kernel = recording.gpu.kernel(`gather ${storage}`, `${weightSource(recording.gpu, storage)}\n${shardSource}`, { WEIGHT: 0, SCALES: 3, UNIFORMS: 3 + extra.length })
  recording.dispatch(kernel, [data, index, out, ...extra], [rows, width, firstRow, tableRows, stride], [Math.ceil(width / 64), rows])
}

/** Which output rows came from which table row, sorted by table row: makes the scatter's order of additions fixed. */
export interface ScatterPlan {
  readonly count: number
  readonly targets: Tensor
  readonly starts: Tensor
  readonly items: Tensor
}

/** Groups `index` by value; within a table row, output rows keep their order. */
export function scatterLists(index: ArrayLike<number>): { targets: Uint32Array; starts: Uint32Array; items: Uint32Array } {
  const order = Uint32Array.from({ length: index.length }, (_, i) => i).sort((a, b) => (index[a] ?? 0) - (index[b] ?? 0) || a - b)
  const targets: number[] = []
  const starts: number[] = []
  order.forEach((item, position) => {
    const target = index[item] ?? 0
    if (targets.at(-1) !== target) {
      targets.push(target)
      starts.push(position)
    }
  })
  return { targets: Uint32Array.from(targets), starts: Uint32Array.from([...starts, order.length]), items: order }
}

/** dtable[index[i]] += dout[i], additions in the order of i. */
export function scatterAdd(recording: Recording, dout: Tensor, plan: ScatterPlan, dtable: Tensor, width: number): void {
  const kernel = recording.gpu.kernel('scatter', scatterSource)
  recording.dispatch(kernel, [dout, plan.targets, plan.starts, plan.items, dtable], [plan.count, width], [Math.ceil(width / 64), plan.count])
}

/** out[i] = source[index[i]] for u32 tensors of `count` words. */
export function pick(recording: Recording, source: Tensor, index: Tensor, out: Tensor, count: number): void {
  recording.dispatch(recording.gpu.kernel('pick', pickSource), [source, index, out], [count], [Math.ceil(count / 64)])
}
