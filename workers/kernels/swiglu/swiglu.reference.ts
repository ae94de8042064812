// The gated activation in float64: the definition that the kernels are held to.

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** out = gate·sigmoid(gate)·up. gateUp: [rows, 2·width] (gate | up); returns out: [rows, width]. */
export function swiglu(gateUp: ArrayLike<number>, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * width)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      const gate = gateUp[r * 2 * width + c]!
      const up = gateUp[r * 2 * width + width + c]!
      out[r * width + c] = gate * sigmoid(gate) * up
    }
  }
  return out
}

/** dgateUp += ∂out/∂gateUp · dout. dout: [rows, width]; dgateUp: [rows, 2·width]. */
export function swigluBackward(gateUp: ArrayLike<number>, dout: ArrayLike<number>, dgateUp: Float64Array, rows: number, width: number): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      const at = r * 2 * width + c
      const gate = gateUp[at]!
      const s = sigmoid(gate)
      const d = dout[r * width + c]!
      dgateUp[at]! += d * gateUp[at + width]! * (s + gate * s * (1 - s))
      dgateUp[at + width]! += d * gate * s
    }
  }
}
