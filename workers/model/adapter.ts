// PEFT's adapter folder: what its configuration asks for, in and out. Options this engine does not compute are refused by name.
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { LORA_TARGETS } from '../../src/protocol/policy.ts'
import { adapterLayout, moduleOf } from './layout.ts'
import { openSafetensors } from './safetensors.ts'

/** Low-rank additions alpha / rank · B·A; `targets` as adapterLayout takes them. */
export interface AdapterConfig {
  readonly rank: number
  readonly alpha: number
  readonly targets: readonly string[]
}

type Raw = Readonly<Record<string, unknown>>
type Layers = Pick<ModelConfig, 'layers'>

/** PEFT's options that change nothing about what a saved adapter computes on a frozen base. */
const HARMLESS = new Set([
  'peft_type', 'r', 'lora_alpha', 'target_modules', 'exclude_modules', 'use_rslora', 'bias', 'init_lora_weights', 'lora_dropout', 'task_type', 'auto_mapping', 'peft_version',
  'base_model_name_or_path', 'revision', 'inference_mode', 'megatron_core', 'loftq_config', 'eva_config', 'corda_config', 'lora_ga_config', 'qalora_group_size', 'runtime_config',
  'ensure_weight_tying',
])
/** Ways to start that leave the base's weights as they are: after the others, the saved adapter belongs to other weights than the model folder's. */
const STARTS: readonly unknown[] = [undefined, null, true, false, 'gaussian', 'eva', 'orthogonal', 'mica']

/** An option is off when it is absent, false, null or empty. */
const isOff = (value: unknown): boolean => value === undefined || value === null || value === false || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)

/**
 * Parses adapter_config.json (PEFT's LoraConfig) for a model. Target modules are names, ends of names or a regular expression, as PEFT matches them;
 * rank-stabilised scaling alpha / √rank (arXiv 2312.03732) is returned as the alpha that gives it. Throws a sentence for anything unsupported.
 */
export function parseAdapterConfig(bytes: ArrayBuffer, { layers }: Layers): AdapterConfig {
  const raw = parse(bytes)
  const shown = (option: string): string => `adapter_config.json: ${option} is ${JSON.stringify(raw[option])}`
  if (raw['peft_type'] !== 'LORA') throw new Error(`adapter_config.json: peft_type is ${String(raw['peft_type'])}; only LORA can be loaded`)
  for (const option of Object.keys(raw)) if (!HARMLESS.has(option) && !isOff(raw[option])) throw new Error(`${shown(option)}, which is not supported; export the adapter without it`)
  if (!isOff(raw['bias']) && raw['bias'] !== 'none') throw new Error(`${shown('bias')}; only none is supported`)
  if (!STARTS.includes(raw['init_lora_weights'])) {
    throw new Error(`${shown('init_lora_weights')}, which changes the base's weights; save the adapter with path_initial_model_for_weight_conversion, or merge it into the base`)
  }
  const { r: rank, lora_alpha: alpha } = raw
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1) throw new Error(`adapter_config.json: r is ${String(rank)}, but must be a whole number of at least 1`)
  if (typeof alpha !== 'number' || !Number.isFinite(alpha) || alpha === 0) throw new Error(`adapter_config.json: lora_alpha is ${String(alpha)}, which would switch the adapter off; it must be a number other than 0`)
  return { rank, alpha: raw['use_rslora'] === true ? alpha * Math.sqrt(rank) : alpha, targets: targetsOf(raw, layers) }
}

function parse(bytes: ArrayBuffer): Raw {
  let raw: unknown
  try {
    raw = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Error('adapter_config.json is no JSON; the file is damaged or of another kind')
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('adapter_config.json holds no JSON object')
  return raw as Raw
}

/** Kinds of modules that are adapted in every layer, and full names of those that are adapted in some. */
function targetsOf(raw: Raw, layers: number): readonly string[] {
  const given = raw['target_modules']
  const all = LORA_TARGETS.map((kind) => Array.from({ length: layers }, (_, layer) => moduleOf(layer, kind)))
  const names = all.flat()
  const supported = `supported are ${LORA_TARGETS.join(', ')} of layers 0 to ${layers - 1}`
  const refuse = (name: string): never => {
    throw new Error(`adapter_config.json: target module ${name} is not supported; ${supported}`)
  }
  const everything = typeof given === 'string' && given.toLowerCase() === 'all-linear'
  const wanted = everything ? () => true : matcher('target_modules', given)
  if (Array.isArray(given)) for (const name of given) if (!names.some(matcher('target_modules', [name]))) refuse(String(name))
  if (typeof given === 'string' && !everything) ['lm_head', 'model.embed_tokens'].filter(wanted).forEach(refuse)
  const excluded = isOff(raw['exclude_modules']) ? () => false : matcher('exclude_modules', raw['exclude_modules'])
  const chosen = new Set(names.filter((name) => wanted(name) && !excluded(name)))
  if (chosen.size === 0) throw new Error(`adapter_config.json: target_modules ${JSON.stringify(given)} names no module of this model; ${supported}`)
  return all.flatMap((modules, i) => (modules.every((name) => chosen.has(name)) ? LORA_TARGETS.slice(i, i + 1) : modules.filter((name) => chosen.has(name))))
}

/** Whether a module is meant, as PEFT decides (tuners_utils.check_target_module_exists): a text is a regular expression for the whole name; of a list, an entry is the name or an end of it. */
function matcher(option: string, given: unknown): (name: string) => boolean {
  if (typeof given === 'string') {
    let pattern: RegExp
    try {
      pattern = new RegExp(`^(?:${given.replaceAll('(?P<', '(?<').replaceAll('(?P=', '\\k<').replaceAll('\\Z', '$')})$`)
    } catch {
      throw new Error(`adapter_config.json: ${option} ${JSON.stringify(given)} is no regular expression that can be read here; list the modules' names`)
    }
    return (name) => pattern.test(name)
  }
  if (!Array.isArray(given)) throw new Error(`adapter_config.json: ${option} is ${JSON.stringify(given)}, but must be a list of names or a regular expression`)
  const entries = given.map(String)
  return (name) => entries.some((entry) => name === entry || name.endsWith(`.${entry}`))
}

export interface AdapterFile extends AdapterConfig {
  /** values of a tensor by its name in adapterLayout */
  readonly read: (name: string) => Float32Array<ArrayBuffer>
}

/**
 * Opens a PEFT adapter of F32, F16 or BF16 for a model. Tensor names may lack the prefix `base_model.model.` and may name the adapter
 * (`lora_A.default.weight`). Throws for the first tensor that is missing, misshapen, there twice, or of no target module.
 */
export function openAdapter(configBytes: ArrayBuffer, weights: ArrayBuffer, config: ModelConfig): AdapterFile {
  const adapter = parseAdapterConfig(configBytes, config)
  const source = 'adapter_model.safetensors'
  const file = openSafetensors(weights, source)
  const given = new Map<string, string>()
  for (const name of file.names) {
    const plain = `base_model.model.${name.replace(/^base_model\.model\.(?=model\.)/, '')}`.replace(/\.lora_([AB])\.[^.]+\.weight$/, '.lora_$1.weight')
    const other = given.get(plain)
    if (other !== undefined) throw new Error(`${source}: ${other} and ${name} are the same tensor; keep one adapter in the file`)
    given.set(plain, name)
  }
  const members = adapterLayout(config, adapter.rank, adapter.targets).flatMap(({ members: all }) => all)
  for (const { name, shape } of members) {
    const found = given.get(name)
    if (found === undefined) throw new Error(`${source}: tensor ${name} is missing; adapter_config.json asks for it with shape [${shape.join(', ')}]`)
    const sides = file.shape(found).join(', ')
    if (sides !== shape.join(', ')) throw new Error(`${source}: tensor ${found} has shape [${sides}], but config.json and adapter_config.json ask for [${shape.join(', ')}]`)
  }
  const known = new Set(members.map(({ name }) => name))
  const extra = [...given].find(([plain]) => !known.has(plain))?.[1]
  if (extra !== undefined) throw new Error(`${source}: tensor ${extra} of shape [${file.shape(extra).join(', ')}] belongs to no target module of adapter_config.json; the two files are of different adapters`)
  return { ...adapter, read: (name) => file.read(given.get(name) ?? name) }
}

/** The model of the hub that an adapter belongs to. */
export interface AdapterBase {
  readonly id: string
  readonly revision: string | null
}

/**
 * The base of an adapter that is trained on these files, as AutoPeftModel looks it up: the one that the adapter among them names, else the
 * files themselves, where they came from a hub; an empty id where neither is known.
 */
export function adapterBase({ adapterConfig, id = '' }: Pick<ModelFiles, 'adapterConfig' | 'id'>): AdapterBase {
  const { base_model_name_or_path: named, revision } = adapterConfig === undefined ? {} : parse(adapterConfig)
  if (typeof named === 'string' && named !== '') return { id: named, revision: typeof revision === 'string' ? revision : null }
  const [name = '', at] = id.split('@')
  return { id: name, revision: at ?? null }
}

/** adapter_config.json as PEFT writes it for training to go on. */
export function adapterConfigJson({ rank, alpha, targets }: AdapterConfig, base: AdapterBase = { id: '', revision: null }): ArrayBuffer {
  const config = {
    peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: base.id, revision: base.revision, r: rank, lora_alpha: alpha, lora_dropout: 0, bias: 'none',
    target_modules: targets, fan_in_fan_out: false, inference_mode: true,
  }
  return new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`).buffer
}
