// Our side of the bench of products: one product prepared at a time, timed beside the adapter's multiply-add peak.
import type { Gpu, Tensor } from '../../gpu/gpu.ts'
import { rounded } from '../../gpu/measured.ts'
import { PeakMeter } from '../../gpu/peak.ts'
import { type Packing, rowWords, strideOf } from '../packed/packed.ts'
import { type BenchCase, type Contender, contest, operand, PRODUCTS, type Product, ratiosOf, sidesOfA, sidesOfB } from './matmul.contest.ts'
import type { Choice } from './matmul.plan.ts'
import { chooseMatmulTiles, matmul, type MatmulArgs } from './matmul.ts'

export interface MatmulBench {
  readonly name: 'matmul'
  readonly adapter: string
  /** GFLOP/s of the fastest multiply-add loop with one step a turn, and with eight */
  readonly peak: number
  readonly unrolledPeak: number
  readonly cases: readonly BenchCase[]
  readonly ratios: Readonly<Record<string, number>>
  /** the tile of each class of shapes, as the start-up's choice has it */
  readonly tiles: Choice
}

export class OurProducts implements Contender {
  readonly #tensors: Tensor[] = []
  #args: MatmulArgs | undefined

  private constructor(readonly gpu: Gpu, readonly tiles: Choice) {}

  /** Chooses tiles as the policy's worker does at start-up. */
  static async open(gpu: Gpu): Promise<OurProducts> {
    return new OurProducts(gpu, await chooseMatmulTiles(gpu))
  }

  async prepare(product: Product): Promise<Float32Array> {
    await this.release()
    const { gpu } = this
    const { op, m, n, k, storage } = product
    const [[aRows, aColumns], [bRows, bColumns]] = [sidesOfA(product), sidesOfB(product)]
    const a = this.#hold(gpu.upload('bench', operand(aRows * aColumns, 1)))
    const c = this.#hold(gpu.tensor('bench', m * n))
    if (storage === undefined) this.#args = { op, m, n, k, a, c, b: this.#hold(gpu.upload('bench', operand(bRows * bColumns, 2))) }
    else {
      const words = rowWords(storage, bColumns)
      const packed: Packing = { storage, scales: words.scales === 0 ? undefined : this.#hold(gpu.upload('bench', new Float32Array(bRows * words.scales).fill(0.01))) }
      const b = this.#hold(gpu.upload('bench', new Uint32Array(bRows * words.data).fill(0x34003800))) // 0.25 and 0.5 as float16
      this.#args = { op, m, n, k, a, c, b, packed, ldb: strideOf(storage, bColumns) }
    }
    this.#submit(1)
    return gpu.read(c, m * n)
  }

  async time(times: number): Promise<number> {
    const start = performance.now()
    this.#submit(times)
    await this.gpu.device.queue.onSubmittedWorkDone()
    return performance.now() - start
  }

  async release(): Promise<void> {
    this.#args = undefined
    for (const tensor of this.#tensors.splice(0)) this.gpu.discard(tensor)
  }

  #hold(tensor: Tensor): Tensor {
    this.#tensors.push(tensor)
    return tensor
  }

  #submit(times: number): void {
    if (this.#args === undefined) throw new Error('bench matmul: no product is prepared; call prepare first')
    const recording = this.gpu.record()
    for (let i = 0; i < times; i++) matmul(recording, this.#args)
    recording.submit()
  }
}

/** Ours alone beside the peak, of the bench's products unless others are given: what runs under Dawn, too. */
export async function benchMatmul(gpu: Gpu, products: readonly Product[] = PRODUCTS): Promise<MatmulBench> {
  const [ours, meter] = [await OurProducts.open(gpu), await PeakMeter.open(gpu)]
  const cases = await contest(products, ours, {}, meter)
  meter.free()
  return resultOf(gpu.architecture, meter, ours.tiles, cases)
}

export function resultOf(adapter: string, { first }: Pick<PeakMeter, 'first'>, tiles: Choice, cases: readonly BenchCase[]): MatmulBench {
  return { name: 'matmul', adapter, peak: rounded(first.multiplyAdd), unrolledPeak: rounded(first.unrolled), cases, ratios: ratiosOf(cases), tiles }
}
