// PEFT's adapter folder: what its configuration asks for, in and out. Options this engine does not compute are refused by name.
import { LORA_TARGETS } from '../../src/protocol/policy.ts'

export interface AdapterConfig {
  readonly rank: number
  readonly alpha: number
  readonly targets: readonly string[]
}

const UNSUPPORTED = ['use_dora', 'use_rslora', 'rank_pattern', 'alpha_pattern', 'modules_to_save', 'layers_to_transform', 'layers_pattern', 'fan_in_fan_out', 'lora_bias', 'use_qalora', 'trainable_token_indices'] as const

/** An option is off when it is absent, false, null or empty. */
const isOff = (value: unknown): boolean => value === undefined || value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0)

/** Parses adapter_config.json; target modules by suffix or by full path. Throws a sentence for anything unsupported, and for an alpha of 0. */
export function parseAdapterConfig(bytes: ArrayBuffer): AdapterConfig {
  const raw = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  if (raw['peft_type'] !== 'LORA') throw new Error(`adapter_config.json: peft_type is ${String(raw['peft_type'])}; only LORA can be loaded`)
  for (const option of UNSUPPORTED) if (!isOff(raw[option])) throw new Error(`adapter_config.json: ${option} is ${JSON.stringify(raw[option])}, which is not supported; export the adapter without it`)
  if (!isOff(raw['bias']) && raw['bias'] !== 'none') throw new Error(`adapter_config.json: bias is ${JSON.stringify(raw['bias'])}; only none is supported`)
  const { r: rank, lora_alpha: alpha } = raw
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1) throw new Error(`adapter_config.json: r is ${String(rank)}, but must be a whole number of at least 1`)
  if (typeof alpha !== 'number' || alpha === 0) throw new Error(`adapter_config.json: lora_alpha is ${String(alpha)}, which would switch the adapter off; it must be a number other than 0`)
  const named = raw['target_modules'] === 'all-linear' ? [...LORA_TARGETS] : [raw['target_modules']].flat().map((name) => String(name).split('.').at(-1) ?? '')
  const targets = [...new Set(named)]
  for (const target of targets) if (!(LORA_TARGETS as readonly string[]).includes(target)) throw new Error(`adapter_config.json: target module ${target} is not supported; supported are ${LORA_TARGETS.join(', ')}`)
  return { rank, alpha, targets: LORA_TARGETS.filter((name) => targets.includes(name)) }
}

/** adapter_config.json as PEFT writes it for training to go on. */
export function adapterConfigJson({ rank, alpha, targets }: AdapterConfig): ArrayBuffer {
  const config = {
    peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: '', r: rank, lora_alpha: alpha, lora_dropout: 0, bias: 'none',
    target_modules: targets, fan_in_fan_out: false, inference_mode: true,
  }
  return new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`).buffer
}
