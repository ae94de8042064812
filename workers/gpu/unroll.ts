// Repeats marked lines of a WGSL file, because loops over registers are only fast when they are written out.
import type { Constants } from './gpu.ts'

/**
 * Writes `//! for NAME in COUNT` … `//! end` blocks COUNT times with `$NAME` replaced by 0 … COUNT−1; COUNT is a number or a constant's name.
 * Blocks do not nest. Throws when a block is not closed or COUNT is unknown.
 */
export function unroll(source: string, constants: Constants): string {
  const out: string[] = []
  let block: { name: string; count: number; lines: string[] } | undefined
  for (const line of source.split('\n')) {
    const opening = /^\s*\/\/! for (\w+) in (\w+)\s*$/.exec(line)
    if (opening?.[1] !== undefined && opening[2] !== undefined) {
      if (block !== undefined) throw new Error(`unroll: block ${opening[1]} opens inside block ${block.name}; blocks do not nest`)
      const count = Number(/^\d+$/.test(opening[2]) ? opening[2] : (constants[opening[2]] ?? NaN))
      if (!Number.isInteger(count)) throw new Error(`unroll: count ${opening[2]} of block ${opening[1]} is no constant of this kernel; known are ${Object.keys(constants).join(', ')}`)
      block = { name: opening[1], count, lines: [] }
    } else if (/^\s*\/\/! end\s*$/.test(line)) {
      if (block === undefined) throw new Error('unroll: //! end without an open block')
      for (let index = 0; index < block.count; index++) out.push(...block.lines.map((text) => text.replaceAll(`$${block?.name ?? ''}`, String(index))))
      block = undefined
    } else (block?.lines ?? out).push(line)
  }
  if (block !== undefined) throw new Error(`unroll: block ${block.name} is not closed by //! end`)
  return out.join('\n')
}
