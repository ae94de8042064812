// What an adapter says of itself in adapter_config.json, as settings and for the run's record.
import { LINEAR_LAYERS, type SettingName } from '../../domain/settings.ts'
import type { LoadedRecord } from '../../experiment/events.ts'

type Raw = Readonly<Record<string, unknown>>

function rawOf(config: ArrayBuffer): Raw {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(config))
    return typeof parsed === 'object' && parsed !== null ? parsed as Raw : {}
  } catch {
    // the engine says what is wrong with it
    return {}
  }
}

/** Which layers are named, by their own names or by whole module paths; undefined where that is said in another way. */
function targetsOf(named: unknown): string | undefined {
  if (named === 'all-linear') return 'all'
  if (!Array.isArray(named)) return undefined
  const short = new Set(named.map((path) => String(path).replace(/^.*\./, '')))
  const known = LINEAR_LAYERS.filter((name) => short.has(name))
  if (known.length === 0 || known.length < short.size) return undefined
  return known.length === LINEAR_LAYERS.length ? 'all' : known.join(',')
}

interface Given {
  /** adapter_config.json */
  readonly config: ArrayBuffer
}

/** Rank and alpha that scale it by alpha / rank: rank-stabilised scaling, alpha / √rank (arXiv 2312.03732), as the alpha that gives it. */
function scaleOf(raw: Raw): { readonly rank?: number; readonly alpha?: number } {
  const [rank, alpha] = [raw['r'], raw['lora_alpha']].map((value) => (typeof value === 'number' ? value : undefined))
  const stabilised = raw['use_rslora'] === true
  return {
    ...(rank === undefined ? {} : { rank }), ...(alpha === undefined || (stabilised && rank === undefined) ? {} : { alpha: stabilised ? alpha * Math.sqrt(rank!) : alpha }),
  }
}

/** The adapter for the record of a run that continues it. What its file does not say is left out, and refused by name when it is loaded. */
export function adapterRecord(name: string, { config }: Given): NonNullable<LoadedRecord['adapter']> {
  return { name, ...scaleOf(rawOf(config)) }
}

/** Settings in text, as a person would write them; whatever is missing or unknown changes nothing here, and is refused by name when it is loaded. */
export function adapterSettings({ config }: Given): (readonly [name: SettingName, text: string])[] {
  const raw = rawOf(config)
  const { rank, alpha } = scaleOf(raw)
  const text = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value))
  const found: (readonly [SettingName, string | undefined])[] = [
    ['trainable', 'lora'], ['loraRank', text(rank)], ['loraAlpha', text(alpha)], ['loraTargets', targetsOf(raw['target_modules'])],
  ]
  return found.flatMap(([name, said]) => (said === undefined ? [] : [[name, said] as const]))
}
