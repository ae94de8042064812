// The policy's procedures: training learns, repeats to the byte, is kept and brought back whole, and refuses what it cannot do.
import { expect, test, vi } from 'vitest'
import { PeakMeter } from '../gpu/peak.ts'
import { testGpu } from '../gpu/testing.ts'
import type { LoadOptions, Objective, Optimiser, Trainable, UpdateRequest, WeightFile } from '../../src/protocol/policy.ts'
import { loadModel } from '../model/load.ts'
import { openSafetensors, writeSafetensors } from '../model/safetensors.ts'
import { oddCase } from './fixtures/load.ts'
import { Policy } from './policy.ts'
import { Service } from './service.ts'
import { supervise } from './supervise.ts'
import { update } from './update.ts'

const OPTIMISER: Optimiser = { learningRate: 2e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
const OBJECTIVE: Objective = {
  aggregation: 'bnpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0.02, entropyCoefficient: 0.01, temperature: 1, maxCompletionLength: 8, microBatchSequences: 2,
}
const LORA = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'o_proj', 'up_proj'], seed: 5 } as const satisfies Trainable
const now = (): number => performance.now()

/** A file that is given as one piece of memory. */
function bufferOf(bytes: ArrayBuffer | Blob | undefined): ArrayBuffer {
  if (!(bytes instanceof ArrayBuffer)) throw new Error('the file is missing, or no piece of memory')
  return bytes
}

const bytesOf = ([file]: readonly WeightFile[]): ArrayBuffer => bufferOf(file?.bytes)

async function request(): Promise<UpdateRequest> {
  const { caseJson } = await oddCase()
  const { sequences, completion_starts: starts, advantages } = JSON.parse(new TextDecoder().decode(caseJson)) as { sequences: number[][]; completion_starts: number[]; advantages: number[] }
  return {
    sequences: sequences.map((ids, i) => ({ promptIds: ids.slice(0, starts[i]), ids: ids.slice(starts[i]), oldLogps: ids.slice(starts[i]).map(() => -6.9), advantage: advantages[i] ?? 0 })),
    objective: OBJECTIVE, optimiser: OPTIMISER, iterations: 2,
  }
}

async function policy(kind: 'full' | 'lora', checkpointing: LoadOptions['checkpointing'] = 'auto'): Promise<Policy> {
  const { files: { config, weights } } = await oddCase()
  const gpu = await testGpu()
  const model = await loadModel(gpu, { config, weights }, { base: kind === 'full', adapter: kind === 'lora' }, kind === 'lora' ? LORA : undefined)
  return new Policy(gpu, model, kind === 'full' ? 'frozen copy' : 'adapter off', checkpointing)
}

test.each(['full', 'lora'] as const)('%s: the same updates from the same start give the same report and the same bytes', async (kind) => {
  const runs = []
  for (let run = 0; run < 2; run++) {
    const trained = await policy(kind)
    const { ms: _, ...report } = await update(trained, await request(), now)
    runs.push({ report, bytes: new Uint8Array(await trained.optimiser.download()) })
    trained.free()
  }
  expect(runs[1]).toEqual(runs[0])
  expect(runs[0]?.report.kl).toBeCloseTo(0, 6)
  expect(runs[0]?.report.gradNorm).toBeGreaterThan(0)
})

test.each(['full', 'lora'] as const)('%s: gradients are equal to the byte whether layers keep everything or their input alone', async (kind) => {
  const runs = []
  for (const checkpointing of ['off', 'on'] as const) {
    const trained = await policy(kind, checkpointing)
    const { ms: _, ...report } = await update(trained, await request(), now)
    const grads = await Promise.all(trained.optimiser.parts.map(({ grads: flat }) => trained.gpu.readU32(flat)))
    const kept = trained.keep
    runs.push({ report, grads, bytes: new Uint8Array(await trained.optimiser.download()) })
    expect(kept).toBe(checkpointing === 'on' ? 'inputs' : 'all')
    trained.free()
  }
  expect(runs[1]).toEqual(runs[0])
  expect(runs[0]?.grads.some((flat) => flat.some((word) => word !== 0))).toBe(true)
})

test('profiling times every kernel and leaves every byte as it is', async () => {
  const runs = []
  for (const profiled of [false, true]) {
    const trained = await policy('lora')
    trained.gpu.profile(profiled)
    const { ms: _, ...report } = await update(trained, await request(), now)
    runs.push({ report, bytes: new Uint8Array(await trained.optimiser.download()), times: await trained.gpu.kernelTimes() })
    trained.gpu.profile(false)
    trained.free()
  }
  const [plain, timed] = runs
  expect(timed?.bytes).toEqual(plain?.bytes)
  expect(timed?.report).toEqual(plain?.report)
  expect(plain?.times.kernels).toEqual([])
  expect(timed?.times.available).toBe(true)
  const kernels = timed?.times.kernels ?? []
  // two iterations, one part each, two layers, forward once more for the reference
  expect(kernels.find(({ kernel }) => kernel === 'attention_key_backward')?.calls).toBe(2 * 2)
  expect(kernels.find(({ kernel }) => kernel === 'adamw')?.calls).toBe(2)
  expect(kernels.filter(({ kernel }) => kernel.startsWith('matmul ')).every(({ flops, bytes }) => flops > 0 && bytes > 0)).toBe(true)
  expect(kernels.reduce((sum, { ms }) => sum + ms, 0)).toBeGreaterThan(0)
  expect(kernels.map(({ ms }) => ms)).toEqual(kernels.map(({ ms }) => ms).sort((a, b) => b - a))
})

test('a model that no buffer of the adapter holds is refused with the settings that would make it fit, and the loaded one stays', async () => {
  const { files: { config, weights } } = await oddCase()
  const service = new Service(navigator.gpu, now)
  await service.load({ config, weights }, LORA)
  const huge = { ...(JSON.parse(new TextDecoder().decode(config)) as object), vocab_size: 151936, hidden_size: 1536, num_attention_heads: 12, num_key_value_heads: 2, num_hidden_layers: 28, intermediate_size: 8960 }
  await expect(service.load({ config: new TextEncoder().encode(JSON.stringify(huge)).buffer, weights }, { kind: 'full' })).rejects.toThrow(
    /this model does not fit: all trained weights take a buffer of 5\.\d+ GiB, but this adapter binds at most .*; .*an adapter of rank 16 instead of all weights would need/)
  expect(await service.continueIds([1, 2, 3], { temperature: 0, topK: 0, topP: 1, maxNewTokens: 3 }, [], 0)).toHaveProperty('ids.length', 3)
})

test.each(['full', 'lora'] as const)('%s: supervised steps bring the loss down', async (kind) => {
  const trained = await policy(kind)
  const sequences = (await request()).sequences
  const losses: number[] = []
  for (let step = 0; step < 12; step++) losses.push((await supervise(trained, { sequences, fullText: step % 2 === 1, optimiser: { ...OPTIMISER, learningRate: 1e-2 } }, now)).loss)
  expect(losses[10]).toBeLessThan((losses[0] ?? 0) - 0.3)
  trained.free()
})

test.each([
  ['a text beyond the model\'s positions', 'supervise: sequence 1 takes 4999 positions, but the model has'],
  ['a token beyond the vocabulary', 'supervise: sequence 1 holds token 1000000, but the model has tokens 0 to'],
  ['an error half way through the pass', 'half way'],
])('%s fails a supervised step, which leaves neither a buffer nor a trace in the next', async (what, message) => {
  const { sequences } = await request()
  const bytes: Uint8Array[] = []
  for (const failing of [false, true]) {
    const trained = await policy('lora')
    const { gpu, model } = trained
    await supervise(trained, { sequences, fullText: true, optimiser: OPTIMISER }, now)
    if (failing) {
      const before = { ...gpu.bytes }
      const ids = what.startsWith('a text') ? Array.from({ length: 4999 }, () => 2) : what.startsWith('a token') ? [2, 1e6] : [2, 3]
      const blocks = what.startsWith('an error') ? vi.spyOn(model, 'rotations') : undefined
      blocks?.mockImplementation(() => {
        throw new Error('half way')
      })
      await expect(supervise(trained, { sequences: [sequences[0]!, { promptIds: [1], ids }], fullText: true, optimiser: OPTIMISER }, now)).rejects.toThrow(message)
      blocks?.mockRestore()
      const { pool: _, ...held } = gpu.bytes
      const { pool: __, ...heldBefore } = before
      expect(held).toEqual(heldBefore)
      const freed = gpu.tensor('canary', 1000)
      gpu.free(freed)
      const again = gpu.room('canary', 1000)
      expect(again.buffer, 'no recording is left open').toBe(freed.buffer)
      gpu.free(again)
    }
    await supervise(trained, { sequences, fullText: true, optimiser: OPTIMISER }, now)
    bytes.push(new Uint8Array(await trained.optimiser.download()))
    trained.free()
  }
  expect(bytes[1]).toEqual(bytes[0])
})

test('what is kept under a name comes back to the byte, and training goes on from it as it did', async () => {
  const trained = await policy('lora')
  const gpu = await testGpu()
  const step = async (): Promise<Uint8Array> => {
    await update(trained, await request(), now)
    return new Uint8Array(await trained.optimiser.download())
  }
  await step()
  const recording = gpu.record()
  trained.optimiser.keep(recording, 'best')
  recording.submit()
  const kept = await trained.optimiser.download()
  const next = await step()
  trained.optimiser.restore(recording, 'best')
  recording.submit()
  expect(new Uint8Array(await trained.optimiser.download())).toEqual(new Uint8Array(kept))
  expect(await step()).toEqual(next)
  trained.optimiser.upload(kept)
  expect(await step()).toEqual(next)
  expect(() => trained.optimiser.restore(recording, 'worst')).toThrow('checkpoint worst was never kept; kept are best')
  expect(() => trained.optimiser.upload(new ArrayBuffer(8))).toThrow(/checkpoint holds 8 bytes, but this policy's is \d+/)
  trained.free()
})

test('a checkpoint carries how steps are cut, so that a fresh policy goes on in the same way', async () => {
  const trained = await policy('lora', 'on')
  await update(trained, await request(), now)
  const bytes = await trained.checkpoint()
  const fresh = await policy('lora')
  expect(fresh.keep).toBe('all')
  fresh.resume(bytes)
  expect(fresh.keep).toBe('inputs')
  expect(new Uint8Array(await fresh.checkpoint())).toEqual(new Uint8Array(bytes))
  const next = await Promise.all([trained, fresh].map(async (one) => {
    await update(one, await request(), now)
    return new Uint8Array(await one.checkpoint())
  }))
  expect(next[1]).toEqual(next[0])
  expect(next[0]).not.toEqual(new Uint8Array(bytes))
  for (const one of [trained, fresh]) one.free()
})

test('a non-finite gradient changes nothing and is counted', async () => {
  const trained = await policy('lora')
  const before = (await trained.optimiser.download()).slice(4)
  const poisoned = await request()
  const report = await update(trained, { ...poisoned, sequences: poisoned.sequences.map((sequence, i) => ({ ...sequence, advantage: i === 0 ? Infinity : 0 })) }, now)
  expect(report.skipped).toBe(2)
  expect(new Uint8Array((await trained.optimiser.download()).slice(4))).toEqual(new Uint8Array(before))
  trained.free()
})

test('a PEFT adapter that was trained, exported and loaded again answers as before; full training exports the whole model', async () => {
  const { files: { config, weights } } = await oddCase()
  const service = new Service(navigator.gpu, now)
  const info = await service.load({ config, weights }, LORA)
  const given = openSafetensors(bytesOf(weights), 'm')
  expect(info.parameters).toBe(given.names.reduce((sum, name) => sum + given.shape(name).reduce((a, b) => a * b, 1), 0))
  // rank 3 on q and o (72 → 72) and up (72 → 197) of two layers
  expect(info.trainableParameters).toBe(2 * 3 * (2 * (72 + 72) + 72 + 197))
  await service.update(await request())
  const sampling = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 9 }
  const answer = await service.continueIds([1, 2, 3], sampling, [], 7)
  const files = Object.fromEntries((await service.exportFiles()).map(({ name, bytes }) => [name, bytes]))
  await service.load({ config, weights, adapterConfig: bufferOf(files['adapter_config.json']), adapterWeights: bufferOf(files['adapter_model.safetensors']) }, LORA)
  expect(await service.continueIds([1, 2, 3], sampling, [], 7)).toEqual(answer)

  await service.load({ config, weights }, { kind: 'full' })
  const whole = Object.fromEntries((await service.exportFiles()).map(({ name, bytes }) => [name, bytes]))
  const [found, expected] = [openSafetensors(bufferOf(whole['model.safetensors']), 'out'), given]
  expect([...found.names].sort()).toEqual([...expected.names].sort())
  for (const name of expected.names) expect(found.read(name)).toEqual(expected.read(name))
})

test('missing, misshapen and foreign tensors are refused by name with both shapes', async () => {
  const { files: { config, weights } } = await oddCase()
  const opened = openSafetensors(bytesOf(weights), 'm')
  const tensors = opened.names.map((name) => ({ name, shape: opened.shape(name), data: opened.read(name) }))
  const gpu = await testGpu()
  const load = (changed: typeof tensors) => loadModel(gpu, { config, weights: [{ name: 'model.safetensors', bytes: writeSafetensors(changed) }] }, { base: false, adapter: false })
  await expect(load(tensors.filter(({ name }) => name !== 'model.norm.weight'))).rejects.toThrow('model.safetensors: tensor model.norm.weight is missing; expected shape [72]')
  await expect(load(tensors.map((t) => (t.name === 'model.layers.1.mlp.up_proj.weight' ? { ...t, shape: [72, 197] } : t)))).rejects.toThrow(
    'tensor model.layers.1.mlp.up_proj.weight has shape [72, 197], but config.json asks for [197, 72]')
  await expect(load([...tensors, { name: 'model.layers.0.self_attn.q_norm.weight', shape: [12], data: new Float32Array(12) }])).rejects.toThrow(
    "tensor model.layers.0.self_attn.q_norm.weight of shape [12] is none of a Qwen2ForCausalLM's")
})

test('a service without a policy, and one without WebGPU, say so', async () => {
  await expect(new Service(navigator.gpu, now).encode(['x'])).rejects.toThrow('no policy is loaded')
  await expect(new Service(undefined, now).start()).rejects.toThrow('no WebGPU')
})

test('a peak that could not be measured is measured again when it is next asked for', async () => {
  const service = new Service(navigator.gpu, now)
  await service.start()
  const open = vi.spyOn(PeakMeter, 'open')
  for (const reason of ['first', 'second']) {
    open.mockRejectedValueOnce(new Error(reason))
    await expect(service.kernelTimes()).rejects.toThrow(reason)
  }
  open.mockRestore()
})
