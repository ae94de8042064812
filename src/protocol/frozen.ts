// What the worker of a frozen model offers: one causal language model on onnxruntime-web, asked greedily.
import type { FrozenReference } from './sources.ts'

/** What transformers.js calls the types of weights, with the ending that their graph's name has. */
export const FROZEN_DTYPES = {
  fp32: '', fp16: '_fp16', q8: '_quantized', int8: '_int8', uint8: '_uint8', q4: '_q4', q4f16: '_q4f16', bnb4: '_bnb4',
} as const
export type FrozenDtype = keyof typeof FROZEN_DTYPES

export function isFrozenDtype(text: string): text is FrozenDtype {
  return Object.hasOwn(FROZEN_DTYPES, text)
}

/** The graph of these weights in the hub's layout. */
export function graphOf(dtype: FrozenDtype): string {
  return `onnx/model${FROZEN_DTYPES[dtype]}.onnx`
}

/** A folder's files by path: config.json, tokenizer.json, tokenizer_config.json, onnx/… */
export type FrozenFiles = Readonly<Record<string, Blob>>

export interface FrozenProgress {
  /** what is fetched, or `opening` once everything is here */
  readonly what: string
  readonly bytes: number
  /** of all files; 0 where the host does not tell */
  readonly of: number
}

export interface FrozenInfo {
  /** bytes of graph and weights */
  readonly bytes: number
  /** prompts are put into the model's own chat template: its tokenizer has no ChatML */
  readonly ownTemplate: boolean
}

export interface FrozenOutput {
  readonly text: string
  readonly ids: readonly number[]
  readonly stop: 'token' | 'length'
}

/** The procedures of workers/frozen.worker.ts; one model a worker, whose end frees all of it. Every failure is an Error whose message is a sentence. */
export interface FrozenService {
  /** `files`: those of a dropped folder; left out, the hub's, which the browser's cache keeps. */
  open(reference: FrozenReference, files: FrozenFiles | undefined, onProgress?: (progress: FrozenProgress) => void): Promise<FrozenInfo>
  /** Greedy completions of prompts as `renderPrompt` writes them, one after another. */
  generate(prompts: readonly string[], maxNewTokens: number): Promise<FrozenOutput[]>
  /** Ends what is under way, which rejects. */
  cancel(): Promise<void>
}
