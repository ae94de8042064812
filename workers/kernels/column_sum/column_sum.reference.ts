// Sums over rows in float64, beside the broadcast whose gradient they are.

/** y = x + b in every row (a bias). x: [rows, width]; b: [width]; returns y: [rows, width]. */
export function addToRows(x: ArrayLike<number>, b: ArrayLike<number>, rows: number, width: number): Float64Array {
  return Float64Array.from({ length: rows * width }, (_, at) => x[at]! + b[at % width]!)
}

/** out[c] += Σ_r source[r, c]: the gradient of `addToRows` in b. source: [rows, width]; out: [width]. */
export function columnSum(source: ArrayLike<number>, out: Float64Array, rows: number, width: number): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) out[c]! += source[r * width + c]!
  }
}

/** y = x·rowScale·w (a norm's last step). x: [rows, width]; rowScale: [rows]; w: [width]; returns y: [rows, width]. */
export function scaleRows(x: ArrayLike<number>, rowScale: ArrayLike<number>, w: ArrayLike<number>, rows: number, width: number): Float64Array {
  return Float64Array.from({ length: rows * width }, (_, at) => x[at]! * rowScale[Math.floor(at / width)]! * w[at % width]!)
}

/** out[c] += Σ_r source[r, c]·x[r, c]·rowScale[r]: the gradient of `scaleRows` in w. source, x: [rows, width]; rowScale: [rows]; out: [width]. */
export function weightedColumnSum(source: ArrayLike<number>, x: ArrayLike<number>, rowScale: ArrayLike<number>, out: Float64Array, rows: number, width: number): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) out[c]! += source[r * width + c]! * x[r * width + c]! * rowScale[r]!
  }
}
