// Adam (Kingma and Ba 2015) over one tensor, in place.

const BETA1 = 0.9
const BETA2 = 0.98
const EPSILON = 1e-9

export class Adam {
  readonly #mean: Float64Array
  readonly #square: Float64Array
  #steps = 0

  constructor(private readonly parameters: Float64Array) {
    this.#mean = new Float64Array(parameters.length)
    this.#square = new Float64Array(parameters.length)
  }

  step(gradient: Float64Array, rate: number): void {
    this.#steps++
    const [unbias1, unbias2] = [1 - BETA1 ** this.#steps, 1 - BETA2 ** this.#steps]
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]!
      this.#mean[i] = BETA1 * this.#mean[i]! + (1 - BETA1) * g
      this.#square[i] = BETA2 * this.#square[i]! + (1 - BETA2) * g * g
      this.parameters[i]! -= rate * (this.#mean[i]! / unbias1) / (Math.sqrt(this.#square[i]! / unbias2) + EPSILON)
    }
  }
}
