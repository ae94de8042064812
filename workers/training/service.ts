// The procedures of the policy worker: one device, one policy at a time. It keeps no queue: its client makes one call after another (src/client/policy.ts).
import type { AdapterDescription, KernelProfile, MemoryReport } from '../../src/protocol/device.ts'
import type {
  ExportDtype, ExportedFile, ExportKind, GenerateRequest, GoldenReport, LoadOptions, LoadProgress, ModelFiles, PolicyInfo, PolicyService, Rollout, Sampling, SftReport, SftRequest, Trainable, UpdateReport, UpdateRequest, WeightStorage,
} from '../../src/protocol/policy.ts'
import { LOAD_DEFAULTS } from '../../src/protocol/policy.ts'
import type { LikelihoodReport, LikelihoodRequest, NextRequest, NextTokens } from '../../src/protocol/scoring.ts'
import { exportModel } from '../export/export.ts'
import { judgeMemory, planMemory, refusal } from '../../src/domain/memory.ts'
import { parseConfig } from '../../src/domain/modelConfig.ts'
import { openGpu } from '../gpu/device.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Peak } from '../gpu/peak.ts'
import { measurePeak } from '../gpu/peak.ts'
import { chooseKernels, identityOf, privateNote } from '../kernels/choose.ts'
import type { Prompt } from '../model/generate.ts'
import { parseAdapterConfig } from '../model/adapter.ts'
import { generate } from '../model/generate.ts'
import { initialWeights } from '../model/initial.ts'
import { kindsOf } from '../model/layout.ts'
import { loadModel } from '../model/load.ts'
import type { Markup } from '../model/markup.ts'
import { markupOf } from '../model/markup.ts'
import { CURRENT } from '../model/model.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { checkGolden } from './golden.ts'
import { Policy } from './policy.ts'
import { logLikelihood, rankNext } from './scoring.ts'
import { supervise } from './supervise.ts'
import { update } from './update.ts'

interface Loaded {
  readonly policy: Policy
  readonly tokenizer: Tokenizer | undefined
  readonly files: ModelFiles
  readonly trainable: Trainable
}

export class Service implements PolicyService {
  #opened: Promise<{ gpu: Gpu; adapter: AdapterDescription }> | undefined
  #loaded: Loaded | undefined
  /** measured once, when a profile is first asked for */
  #peak: Promise<Peak> | undefined
  /** the first error that WebGPU reported outside any promise: later results cannot be trusted */
  #fault: string | undefined

  constructor(readonly api: GPU | undefined, readonly now: () => number) {}

  async start(): Promise<AdapterDescription> {
    return (await this.#open()).adapter
  }

  async load(files: ModelFiles, trainable: Trainable, options: LoadOptions = LOAD_DEFAULTS, onProgress?: (progress: LoadProgress) => void): Promise<PolicyInfo> {
    if (trainable.kind === 'full' && files.adapterConfig !== undefined) {
      throw new Error('this policy has an adapter beside its weights, which training all weights would leave out; train it with lora, or merge the adapter first (lab export)')
    }
    const { gpu, adapter } = await this.#open()
    const tokenizer = await openTokenizer(files)
    this.#refuseLoad(gpu, files, trainable, options)
    this.#loaded?.policy.free()
    this.#loaded = undefined
    gpu.trim()
    const model = await loadModel(gpu, files, { base: trainable.kind === 'full', adapter: trainable.kind === 'lora' }, trainable.kind === 'lora' ? trainable : undefined, {
      weights: options.weights, ...(onProgress && { onProgress }),
    })
    const policy = new Policy(gpu, model, trainable.kind === 'full' ? 'frozen copy' : 'adapter off', options.checkpointing, options.budgetBytes)
    this.#loaded = { policy, tokenizer, files, trainable }
    await gpu.device.queue.onSubmittedWorkDone()
    this.#check()
    const { config, adapter: beside } = model
    return {
      architecture: config.architecture, vocabulary: config.vocabulary, positions: config.maxPositions, layers: config.layers,
      parameters: model.base.elements,
      trainableParameters: policy.trained, ...(beside && { lora: { rank: beside.rank, alpha: beside.alpha, targets: beside.targets } }), adapter, options, bytes: gpu.bytes,
    }
  }

  async loadInitial(config: ArrayBuffer, seed: number): Promise<PolicyInfo> {
    return this.load({ config, weights: [{ name: 'model.safetensors', bytes: initialWeights(config, seed) }] }, { kind: 'full' })
  }

  async encode(texts: readonly string[]): Promise<number[][]> {
    const markup = this.#markup()
    return texts.map((text) => markup.encode(text))
  }

  async decode(ids: readonly (readonly number[])[]): Promise<string[]> {
    const tokenizer = this.#tokenizer()
    return ids.map((list) => tokenizer.decode(list))
  }

  async encodeChat(messages: readonly { readonly role: string; readonly content: string }[]): Promise<number[]> {
    return this.#tokenizer().encodeChat(messages)
  }

  async generate(request: GenerateRequest): Promise<Rollout[]> {
    const { policy } = this.#policy()
    const tokenizer = this.#tokenizer()
    const { sampling, groupSize, seed, step } = request
    const markup = this.#markup()
    const prompts: Prompt[] = request.prompts.map(({ key, text }) => ({ key, ids: markup.encode(text) }))
    const stops = markup.stops(sampling.stop)
    const version = request.version === 'reference' ? policy.reference : CURRENT
    policy.reserveSampling(prompts.length, groupSize, Math.max(1, ...prompts.map(({ ids }) => ids.length)), sampling.maxNewTokens)
    const drawn = await generate(policy.model, prompts, { ...sampling, groupSize, stops, seed, step, version })
    this.#check()
    return drawn.map(({ prompt, member, ids, logps }) => {
      const stopped = stops.includes(ids.at(-1) ?? -1)
      return {
        prompt, member, ids, logps, promptIds: prompts[prompt]?.ids ?? [], stop: stopped ? 'token' : 'length',
        text: tokenizer.decode(stopped ? ids.slice(0, -1) : ids),
      }
    })
  }

  async generateAs(state: ArrayBuffer, request: GenerateRequest): Promise<Rollout[]> {
    const putBack = this.#policy().policy.standIn(state)
    try {
      return await this.generate(request)
    } finally {
      putBack()
    }
  }

  async continueIds(ids: readonly number[], sampling: Omit<Sampling, 'stop'>, stop: readonly number[], seed: number): Promise<{ ids: number[]; logps: number[] }> {
    const { policy } = this.#policy()
    policy.reserveSampling(1, 1, Math.max(1, ids.length), sampling.maxNewTokens)
    const [drawn] = await generate(policy.model, [{ key: 0, ids }], { ...sampling, groupSize: 1, stops: stop, seed, step: 0, version: CURRENT })
    this.#check()
    return { ids: [...(drawn?.ids ?? [])], logps: [...(drawn?.logps ?? [])] }
  }

  async update(request: UpdateRequest): Promise<UpdateReport> {
    const report = await update(this.#policy().policy, request, this.now)
    this.#check()
    return report
  }

  async supervise(request: SftRequest): Promise<SftReport> {
    const report = await supervise(this.#policy().policy, request, this.now)
    this.#check()
    return report
  }

  async logLikelihood(request: LikelihoodRequest): Promise<LikelihoodReport> {
    const report = await logLikelihood(this.#policy().policy, request)
    this.#check()
    return report
  }

  async rankNext(request: NextRequest): Promise<NextTokens[]> {
    const ranked = await rankNext(this.#policy().policy, request)
    this.#check()
    return ranked
  }

  async fixReference(): Promise<void> {
    this.#policy().policy.fixReference()
  }

  async keep(name: string): Promise<void> {
    const { policy } = this.#policy()
    policy.allow(policy.optimiser.bytesToKeep(name), `keeping a checkpoint ${name}`)
    const recording = policy.gpu.record()
    policy.optimiser.keep(recording, name)
    recording.submit()
  }

  async restore(name: string): Promise<void> {
    const { policy } = this.#policy()
    const recording = policy.gpu.record()
    policy.optimiser.restore(recording, name)
    recording.submit()
  }

  async checkpoint(): Promise<ArrayBuffer> {
    return this.#policy().policy.checkpoint()
  }

  async resume(bytes: ArrayBuffer): Promise<void> {
    this.#policy().policy.resume(bytes)
  }

  async exportFiles(kind: ExportKind = 'trained', dtype: ExportDtype = 'f32'): Promise<ExportedFile[]> {
    const { policy, files } = this.#policy()
    const exported = await exportModel(policy.model, files, kind, dtype)
    this.#check()
    return exported
  }

  async checkGolden(files: ModelFiles, golden: ArrayBuffer, caseJson: ArrayBuffer, dump: boolean, weights?: WeightStorage): Promise<{ report: GoldenReport; dump?: ArrayBuffer }> {
    const { gpu } = await this.#open()
    const { report, computed } = await checkGolden(gpu, files, golden, caseJson, weights)
    this.#check()
    return { report, ...(dump && { dump: writeSafetensors(computed) }) }
  }

  async memory(): Promise<MemoryReport> {
    return (await this.#open()).gpu.memory
  }

  async resetPeak(): Promise<void> {
    (await this.#open()).gpu.resetPeak()
  }

  async profile(on: boolean): Promise<void> {
    (await this.#open()).gpu.profile(on)
  }

  async kernelTimes(): Promise<KernelProfile> {
    const { gpu } = await this.#open()
    const times = await gpu.kernelTimes()
    if (times.available) {
      this.#peak ??= gpu.unprofiled(() => measurePeak(gpu)).catch((error: unknown) => {
        this.#peak = undefined // the next profile measures again
        throw error
      })
    }
    const peak = await this.#peak
    return { ...times, peakGflops: Math.max(peak?.multiplyAdd ?? 0, peak?.unrolled ?? 0), peakGBs: peak?.copy ?? 0 }
  }

  async lost(): Promise<string> {
    const { gpu } = await this.#open()
    const { reason, message } = await gpu.device.lost
    return `the graphics device was lost (${reason}): ${message || 'the driver gave no reason'}`
  }

  async loseDevice(): Promise<void> {
    const { gpu } = await this.#open()
    gpu.device.destroy()
  }

  #open(): Promise<{ gpu: Gpu; adapter: AdapterDescription }> {
    this.#opened ??= openGpu(this.api).then(async ({ gpu, adapter }) => {
      gpu.device.addEventListener('uncapturederror', (event) => (this.#fault ??= event.error.message))
      const identity = identityOf(adapter, globalThis.navigator?.userAgent ?? '')
      return { gpu, adapter: { ...adapter, kernels: await chooseKernels(gpu, identity, privateNote('kernels.json')) } }
    })
    return this.#opened
  }

  /** A model whose weights, or whose smallest step, an adapter cannot hold or the budget does not allow is refused before anything is uploaded. */
  #refuseLoad(gpu: Gpu, files: ModelFiles, trainable: Trainable, { weights, checkpointing, budgetBytes }: LoadOptions): void {
    const binding = gpu.bindingLimit
    const config = parseConfig(files.config, files.generationConfig)
    const given = files.adapterConfig !== undefined && files.adapterWeights !== undefined ? parseAdapterConfig(files.adapterConfig, config) : undefined
    const smallest = { promptsPerStep: 1, groupSize: 1, promptTokens: 16, maxNewTokens: 16, reference: false, keptCheckpoints: 0 }
    const trained = given !== undefined && trainable.kind === 'lora' ? { kind: 'lora' as const, rank: given.rank, targets: kindsOf(given.targets) } : trainable
    const judged = judgeMemory(planMemory(config, { ...smallest, weights, checkpointing, trainable: trained }, binding), {
      maxBufferSize: binding, maxStorageBufferBindingSize: binding, ...(budgetBytes !== undefined && { budgetBytes }),
    })
    if (!judged.fits) throw new Error(`this model does not fit: ${refusal(judged)}`)
  }

  #policy(): Loaded {
    if (this.#loaded === undefined) throw new Error('no policy is loaded; load a model folder first')
    return this.#loaded
  }

  #tokenizer(): Tokenizer {
    const { tokenizer } = this.#policy()
    if (tokenizer === undefined) throw new Error('this policy was loaded without tokenizer.json; add it to the model folder')
    return tokenizer
  }

  #markup(): Markup {
    return markupOf(this.#tokenizer(), this.#policy().policy.model.config.eosIds)
  }

  #check(): void {
    if (this.#fault !== undefined) throw new Error(`the graphics device reported an error, so its results cannot be trusted: ${this.#fault}`)
  }
}
