// What the policy worker offers: the one engine that samples and trains. Text, ids and numbers cross this line; GPU memory never does.
import type { AdapterDescription, KernelProfile, MemoryReport } from './device.ts'
import type { LikelihoodReport, LikelihoodRequest, NextRequest, NextTokens } from './scoring.ts'

/** A safetensors file. As a Blob (a dropped file, a file of the browser's private file system) it is read piece by piece and never whole. */
export interface WeightFile {
  readonly name: string
  readonly bytes: ArrayBuffer | Blob
}

/** The files of a model-hub folder. `adapter*` continue from a PEFT adapter. */
export interface ModelFiles {
  readonly config: ArrayBuffer
  /** model.safetensors alone, or every shard that model.safetensors.index.json names, in any order */
  readonly weights: readonly WeightFile[]
  /** model.safetensors.index.json, where the weights are sharded */
  readonly weightsIndex?: ArrayBuffer
  readonly generationConfig?: ArrayBuffer
  readonly tokenizer?: ArrayBuffer
  readonly tokenizerConfig?: ArrayBuffer
  /** chat_template.jinja, where the template is a file of its own */
  readonly chatTemplate?: ArrayBuffer
  readonly adapterConfig?: ArrayBuffer
  readonly adapterWeights?: ArrayBuffer
  /** the hub's id of what these files are, with `@revision` unless main, where they came from a hub: exported adapters name their base by it */
  readonly id?: string
}

/** What is trained: low-rank adapters on the named linear layers, or every weight. */
export type Trainable =
  | { readonly kind: 'lora'; readonly rank: number; readonly alpha: number; readonly targets: readonly LoraTarget[]; readonly seed: number }
  | { readonly kind: 'full' }

/**
 * How frozen base matrices lie on the GPU: as float32; as float16 (two to a word); as whole numbers of 8 or 4 bits with a scale for each group along a row.
 * Products accumulate in float32 always. Norms, biases, adapters and everything trained stay float32: `full` training takes f32 alone.
 */
export const WEIGHT_STORAGES = ['f32', 'f16', 'int8', 'int4'] as const
export type WeightStorage = (typeof WEIGHT_STORAGES)[number]

export interface LoadOptions {
  readonly weights: WeightStorage
  /** keep only each block's input and compute the rest again on the way back; auto: when what would be kept is larger than an eighth of the weights and 256 MiB */
  readonly checkpointing: 'auto' | 'on' | 'off'
  /** graphics memory that the policy may take in all: a model, a request or a kept copy that would go beyond it is refused. Unlimited when left out */
  readonly budgetBytes?: number
}

export const LOAD_DEFAULTS: LoadOptions = { weights: 'f32', checkpointing: 'auto' }

/** Bytes read of the weights so far, of all. */
export interface LoadProgress {
  readonly bytes: number
  readonly of: number
}

export const LORA_TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type LoraTarget = (typeof LORA_TARGETS)[number]

export interface PolicyInfo {
  readonly architecture: string
  readonly parameters: number
  readonly trainableParameters: number
  /** the adapter that stands beside the base, given or made: not what was asked for, where a folder brought its own */
  readonly lora?: { readonly rank: number; readonly alpha: number; readonly targets: readonly string[] }
  readonly vocabulary: number
  /** tokens that a prompt with its completion takes at most */
  readonly positions?: number
  readonly layers: number
  readonly adapter: AdapterDescription
  readonly options: LoadOptions
  /** bytes of GPU memory by purpose */
  readonly bytes: Readonly<Record<string, number>>
}

export interface Sampling {
  /** 0 means greedy */
  readonly temperature: number
  /** 0 switches the filter off */
  readonly topK: number
  /** 1 switches the filter off */
  readonly topP: number
  readonly maxNewTokens: number
  /** texts of special tokens that end a completion, e.g. `<|im_end|>`; the stop token itself is kept as the last id */
  readonly stop: readonly string[]
}

/** Which weights answer: the trained ones, or those that training started from (adapter off, or the frozen copy). */
export type PolicyVersion = 'current' | 'reference'

export interface GenerateRequest {
  readonly prompts: readonly PromptInput[]
  /** rollouts per prompt */
  readonly groupSize: number
  readonly sampling: Sampling
  /** chance is a function of (seed, step, prompt key, rollout, position) and of nothing else */
  readonly seed: number
  readonly step: number
  readonly version: PolicyVersion
}

export interface PromptInput {
  /** identifies the prompt to the counter-based generator: the same key gives the same draw in any batch */
  readonly key: number
  readonly text: string
}

export interface Rollout {
  /** index into the request's prompts */
  readonly prompt: number
  /** 0 … groupSize − 1 */
  readonly member: number
  readonly promptIds: readonly number[]
  readonly ids: readonly number[]
  /** log-probability of each id under softmax(logits / temperature), before top-k and top-p (temperature 1 when greedy) */
  readonly logps: readonly number[]
  readonly text: string
  readonly stop: 'token' | 'length'
}

export type LossAggregation = 'grpo' | 'bnpo' | 'dr_grpo' | 'micro_batch_token_mean'

/** One optimiser step's objective and settings. Names and formulas: TRL's GRPOConfig; GSPO: arXiv 2507.18071. */
export interface Objective {
  readonly aggregation: LossAggregation
  /** 'token': ratio per token (GRPO); 'sequence': one ratio per completion (GSPO) */
  readonly importance: 'token' | 'sequence'
  readonly clipLow: number
  readonly clipHigh: number
  /** weight of the k3 KL to the reference in the loss; negative weights reproduce the released code's sign error */
  readonly klCoefficient: number
  /** weight of the entropy bonus: the loss is … − entropyCoefficient × mean entropy */
  readonly entropyCoefficient: number
  readonly temperature: number
  /** the constant length that dr_grpo divides by */
  readonly maxCompletionLength: number
  /** sequences per micro-batch for `micro_batch_token_mean` (12 in the released code) */
  readonly microBatchSequences: number
}

export interface Optimiser {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** global-norm clipping threshold; 0 switches it off */
  readonly maxGradNorm: number
}

/** A completion to learn from: its tokens, the sampler's log-probabilities, its advantage and its group. */
export interface TrainSequence {
  readonly promptIds: readonly number[]
  readonly ids: readonly number[]
  readonly oldLogps: readonly number[]
  readonly advantage: number
}

export interface UpdateRequest {
  /** neighbours with equal promptIds share their prompt's computation */
  readonly sequences: readonly TrainSequence[]
  readonly objective: Objective
  readonly optimiser: Optimiser
  /** optimiser steps over this batch (TRL's num_iterations) */
  readonly iterations: number
}

/** Means over completion tokens, from the first iteration unless said otherwise. */
export interface UpdateReport {
  readonly loss: number
  /** k3 estimate of KL(policy ‖ reference); 0 when the coefficient is 0 and it was not computed */
  readonly kl: number
  readonly entropy: number
  /** share of tokens clipped below (A < 0) and above (A > 0), over all iterations */
  readonly clipLow: number
  readonly clipHigh: number
  /** global gradient norm before clipping, mean over iterations */
  readonly gradNorm: number
  /** largest |log-probability of sampler − of trainer| over tokens, before any update of the step */
  readonly logpGap: number
  readonly tokens: number
  /** updates left out because their gradient was not finite */
  readonly skipped: number
  readonly ms: number
}

export interface SftSequence {
  readonly promptIds: readonly number[]
  readonly ids: readonly number[]
}

export interface SftRequest {
  readonly sequences: readonly SftSequence[]
  /** true: the prompt's tokens count in the loss too (the released SFT code) */
  readonly fullText: boolean
  readonly optimiser: Optimiser
}

export interface SftReport {
  /** mean cross-entropy in nats per counted token, before the update */
  readonly loss: number
  readonly gradNorm: number
  readonly tokens: number
  readonly ms: number
}

/**
 * What is exported. `trained`: adapter_* (PEFT layout) when trained with LoRA, model.safetensors and config.json when trained whole;
 * `merged`: the whole model with the adapter added in, as safetensors with its tokenizer; `onnx`: the same as transformers.js loads it.
 */
export type ExportKind = 'trained' | 'merged' | 'onnx'

/** How exported weights are stored: `trained` files are f32 always, ONNX is f32 or f16. */
export type ExportDtype = 'f32' | 'f16' | 'bf16'

/** A file of an exported policy; `name` is a path in the folder (`onnx/model.onnx`). Large files are Blobs. */
export interface ExportedFile {
  readonly name: string
  readonly bytes: ArrayBuffer | Blob
}

/** errors: ‖found − expected‖ / ‖expected‖ by name. Expected are the golden values; with packed weights, what float32 weights of the same values give. */
export interface GoldenReport {
  readonly ok: boolean
  /** the largest error that is allowed */
  readonly tolerance: number
  readonly tensors: number
  readonly missing: readonly string[]
  readonly worst: { readonly name: string; readonly error: number }
  readonly errors: Readonly<Record<string, number>>
  /** packed weights only: errors against the golden values themselves, rounding of the weights included */
  readonly golden?: { readonly worst: { readonly name: string; readonly error: number }; readonly errors: Readonly<Record<string, number>> }
}

/** The procedures of workers/policy.worker.ts. Every failure is an Error whose message is a sentence. */
export interface PolicyService {
  /** Requests the adapter and the device; refused with the reason and the remedy where there is none. */
  start(): Promise<AdapterDescription>
  /** `onProgress` may be a proxied callback. Refused, before anything is uploaded, when it cannot fit (see src/domain/memory.ts). */
  load(files: ModelFiles, trainable: Trainable, options?: LoadOptions, onProgress?: (progress: LoadProgress) => void): Promise<PolicyInfo>
  /** The same with weights drawn by `seed` (Hugging Face's initialisation), all of them trained: a model of `config` from nothing, which has no tokenizer. */
  loadInitial(config: ArrayBuffer, seed: number): Promise<PolicyInfo>
  /**
   * Token ids of each text, special tokens recognised, nothing added. A prompt in ChatML, or a reply that ends its turn, is read in the model's own
   * template where its tokenizer has no ChatML, as `generate` reads its prompts.
   */
  encode(texts: readonly string[]): Promise<number[][]>
  decode(ids: readonly (readonly number[])[]): Promise<string[]>
  /** Ids of a chat rendered with the model's own template, generation prompt added. */
  encodeChat(messages: readonly { readonly role: string; readonly content: string }[]): Promise<number[]>
  generate(request: GenerateRequest): Promise<Rollout[]>
  /** Answers as a checkpoint's state would (bytes of `checkpoint()`), and puts back what was there, bit for bit: one call, so nothing comes between. */
  generateAs(state: ArrayBuffer, request: GenerateRequest): Promise<Rollout[]>
  /** Continues one token list; `stop` holds token ids. */
  continueIds(ids: readonly number[], sampling: Omit<Sampling, 'stop'>, stop: readonly number[], seed: number): Promise<{ ids: number[]; logps: number[] }>
  update(request: UpdateRequest): Promise<UpdateReport>
  supervise(request: SftRequest): Promise<SftReport>
  /** How likely the current or the reference weights find given tokens, and how far the two are apart there. Nothing is trained. */
  logLikelihood(request: LikelihoodRequest): Promise<LikelihoodReport>
  /** The k likeliest next tokens of each sequence under the current weights. */
  rankNext(request: NextRequest): Promise<NextTokens[]>
  /** Makes the current weights the reference (the start of a GRPO stage); optimiser state is cleared. */
  fixReference(): Promise<void>
  /** Keeps trainable weights and optimiser state under a name; `restore` brings them back, bit for bit. */
  keep(name: string): Promise<void>
  restore(name: string): Promise<void>
  /** The same as bytes, to store beyond the worker's life. */
  checkpoint(): Promise<ArrayBuffer>
  resume(bytes: ArrayBuffer): Promise<void>
  exportFiles(kind?: ExportKind, dtype?: ExportDtype): Promise<ExportedFile[]>
  /** Computes every tensor of a golden case (see lab check-policy). `dump` returns what was computed as safetensors. */
  checkGolden(files: ModelFiles, golden: ArrayBuffer, caseJson: ArrayBuffer, dump: boolean, weights?: WeightStorage): Promise<{ report: GoldenReport; dump?: ArrayBuffer }>
  memory(): Promise<MemoryReport>
  resetPeak(): Promise<void>
  /** Times every dispatch from now on (or no longer) where the adapter has timestamp queries; what was collected before is dropped. */
  profile(on: boolean): Promise<void>
  kernelTimes(): Promise<KernelProfile>
  /** Resolves with the reason when the device is lost; never otherwise. */
  lost(): Promise<string>
  /** Destroys the device, as a driver failure would: for tests of what the page then says. */
  loseDevice(): Promise<void>
}
