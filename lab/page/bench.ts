// Runs the benches in their own worker, one after another.
import { connect } from '../../src/client/connection.ts'
import { loadSamplePolicy } from '../../src/client/sample.ts'
import { onnxModel } from '../../workers/export/onnx.ts'
import type { Measured } from '../../workers/gpu/measured.ts'
import { benchGenerate } from './bench-generate.ts'
import { benchSoak, benchStep } from './bench-step.ts'
import { chosenFiles, modelOf } from './files.ts'
import { benchMatmul } from './matmul.ts'
import type { BenchJob, Results } from './protocol.ts'
import { benchTrainStep } from './train-step.ts'

/** What workers/bench.worker.ts serves. */
interface BenchService {
  run(name: string, peer: Uint8Array | undefined): Promise<unknown>
}

/** What `dense` is compared with: the 200 highest inner products of queries [96, 384] and matrix [384, products]. */
function matmulTopK(): Uint8Array {
  return onnxModel({
    name: 'matmul-topk',
    inputs: [{ name: 'queries', type: 'float', shape: ['queries', 'width'] }, { name: 'matrix', type: 'float', shape: ['width', 'products'] }],
    outputs: [{ name: 'scores', type: 'float', shape: ['queries', 200] }, { name: 'positions', type: 'int64', shape: ['queries', 200] }],
    constants: [{ name: 'k', dims: [1], data: BigInt64Array.of(200n) }],
    nodes: [
      { op: 'MatMul', inputs: ['queries', 'matrix'], outputs: ['all'] },
      { op: 'TopK', inputs: ['all', 'k'], outputs: ['scores', 'positions'], attributes: { axis: 1, largest: 1, sorted: 1 } },
    ],
  })
}

export async function bench({ names, limit, model, weights, short, steps }: BenchJob): Promise<Results['bench']> {
  const worker = new Worker(new URL('../../workers/bench.worker.ts', import.meta.url), { type: 'module', name: 'bench' })
  const { service, close } = connect<BenchService>(worker, 'bench')
  try {
    const benches: unknown[] = []
    for (const name of names) {
      await window.labProgress(`bench ${name}`)
      if (name === 'matmul') benches.push(await benchMatmul(limit))
      else if (name === 'generate') benches.push(await benchGenerate(model ?? 'sample policy', model === undefined ? await loadSamplePolicy() : await modelOf(chosenFiles()), limit))
      else if (name === 'train-step') benches.push(await benchTrainStep())
      else if (name === 'step-0.5b') benches.push(await benchStep(weights ?? 'f16', short ?? false))
      else if (name === 'soak') benches.push(await benchSoak(steps ?? 1000, (await service.run('peak', undefined) as Measured).peak))
      else benches.push(await service.run(name, name === 'dense' ? matmulTopK() : undefined))
    }
    return { benches }
  } finally {
    close()
  }
}
