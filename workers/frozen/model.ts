// A frozen language model by transformers.js on onnxruntime-web, asked greedily with the prompts that the policy reads.
import { AutoModelForCausalLM, InterruptableStoppingCriteria, type PreTrainedModel, StoppingCriteriaList, Tensor } from '@huggingface/transformers'
import { END_OF_TURN } from '../../src/domain/prompt.ts'
import type { FrozenOutput } from '../../src/protocol/frozen.ts'
import { markupOf, type Markup } from '../model/markup.ts'
import { openTokenizer, type Tokenizer } from '../model/tokenizer.ts'
import { withFolder } from '../onnx/inMemory.ts'
import type { FrozenFolder } from './files.ts'

export interface FrozenModel {
  readonly ownTemplate: boolean
  generate(prompt: string, maxNewTokens: number): Promise<FrozenOutput>
  /** Ends the completion under way, which rejects. */
  interrupt(): void
  close(): Promise<void>
}

/** onnxruntime-web's attention over whole prompts computes by subgroups as if they had eight invocations at least: on narrower ones its numbers are wrong. */
const LEAST_SUBGROUP = 8

/** A device whose subgroups onnxruntime-web may not use, where they are too narrow for it; undefined where it may open its own. */
async function ownDevice(): Promise<GPUDevice | undefined> {
  const adapter = await navigator.gpu?.requestAdapter()
  if (adapter === null || adapter === undefined) throw new Error('this browser has no WebGPU adapter; choose wasm')
  if (!adapter.features.has('subgroups') || adapter.info.subgroupMinSize >= LEAST_SUBGROUP) return undefined
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = adapter.limits
  return adapter.requestDevice({
    requiredFeatures: (['shader-f16'] as const).filter((feature) => adapter.features.has(feature)),
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX },
  })
}

async function jsonOf(folder: FrozenFolder, path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = folder.files.get(path)
  if (file === undefined) return {}
  try {
    return JSON.parse(await file.text()) as Record<string, unknown>
  } catch (error) {
    throw new Error(`${path} is no JSON; the file is damaged, get it again`, { cause: error })
  }
}

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value : [value]).filter((one): one is number => typeof one === 'number')

async function readingOf(folder: FrozenFolder): Promise<{ readonly tokenizer: Tokenizer; readonly markup: Markup }> {
  const bytes = async (path: string): Promise<ArrayBuffer | undefined> => folder.files.get(path)?.arrayBuffer()
  const [tokenizerJson, tokenizerConfig, chatTemplate] = await Promise.all(['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'].map(bytes))
  const tokenizer = await openTokenizer({
    ...(tokenizerJson && { tokenizer: tokenizerJson }), ...(tokenizerConfig && { tokenizerConfig }), ...(chatTemplate && { chatTemplate }),
  })
  if (tokenizer === undefined) throw new Error('tokenizer.json is missing; give the whole folder of an ONNX export')
  const [config, generation] = await Promise.all([jsonOf(folder, 'config.json'), jsonOf(folder, 'generation_config.json')])
  const eos = [...new Set([...numbers(generation['eos_token_id']), ...numbers(config['eos_token_id'])])]
  return { tokenizer, markup: markupOf(tokenizer, eos) }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}

/** Opens a folder. Throws a sentence where the device cannot run it. */
export async function openFrozen(name: string, folder: FrozenFolder, device: 'webgpu' | 'wasm'): Promise<FrozenModel> {
  const { tokenizer, markup } = await readingOf(folder)
  const stops = markup.stops([END_OF_TURN])
  const gpu = device === 'webgpu' ? await ownDevice() : undefined
  let model: PreTrainedModel
  try {
    model = await withFolder(folder.files, (place) => AutoModelForCausalLM.from_pretrained(place, {
      device, dtype: folder.dtype, use_external_data_format: folder.externalData,
      ...(gpu === undefined ? {} : { session_options: { executionProviders: [{ name: 'webgpu', device: gpu } as { name: 'webgpu' }] } }),
    }))
  } catch (error) {
    const other = device === 'webgpu' ? 'choose wasm, or a smaller dtype' : 'choose another dtype or model'
    throw new Error(`model ${name} (${folder.dtype}) could not be run on ${device} (${error instanceof Error ? error.message : String(error)}); ${other}`, { cause: error })
  }
  const forward = model.forward.bind(model)
  // the wasm backend answers without ending its task: between two tokens a message, to cancel, gets its turn
  model.forward = async (inputs) => {
    await nextTask()
    return forward(inputs)
  }
  const criteria = new InterruptableStoppingCriteria()
  return {
    ownTemplate: tokenizer.hasChat && tokenizer.encode(END_OF_TURN).length !== 1,
    async generate(prompt, maxNewTokens) {
      const promptIds = markup.encode(prompt)
      criteria.reset()
      const stopping = new StoppingCriteriaList()
      stopping.push(criteria)
      const shape = [1, promptIds.length]
      const sequences = await model.generate({
        inputs: new Tensor('int64', BigInt64Array.from(promptIds, BigInt), shape),
        attention_mask: new Tensor('int64', BigInt64Array.from(promptIds, () => 1n), shape),
        // whatever generation_config.json says: the policy is not held back from repeating either
        max_new_tokens: maxNewTokens, do_sample: false, repetition_penalty: 1, no_repeat_ngram_size: 0, eos_token_id: stops, pad_token_id: stops[0], stopping_criteria: stopping,
      } as unknown as Parameters<PreTrainedModel['generate']>[0]) as Tensor
      if (criteria.interrupted) throw new Error('writing was cancelled')
      const ids = (sequences.tolist() as bigint[][])[0]!.slice(promptIds.length).map(Number)
      sequences.dispose()
      const stopped = stops.includes(ids.at(-1) ?? -1)
      return { ids, text: tokenizer.decode(stopped ? ids.slice(0, -1) : ids), stop: stopped ? 'token' : 'length' }
    },
    interrupt: () => criteria.interrupt(),
    async close() {
      await model.dispose()
      gpu?.destroy()
    },
  }
}
