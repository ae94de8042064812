// Rows by index in float64: the definition that the gather kernels are held to.

/** out[i] = table[index[i]]. table: [*, width]; index: [rows]; returns out: [rows, width]. */
export function gather(table: ArrayLike<number>, index: ArrayLike<number>, width: number): Float64Array {
  const out = new Float64Array(index.length * width)
  for (let i = 0; i < index.length; i++) {
    for (let c = 0; c < width; c++) out[i * width + c] = table[index[i]! * width + c]!
  }
  return out
}

/** dtable[index[i]] += dout[i]. dout: [rows, width]; dtable: [*, width]. */
export function gatherBackward(dout: ArrayLike<number>, index: ArrayLike<number>, dtable: Float64Array, width: number): void {
  for (let i = 0; i < index.length; i++) {
    for (let c = 0; c < width; c++) dtable[index[i]! * width + c]! += dout[i * width + c]!
  }
}
