// What an adapter says of itself in adapter_config.json, as settings: the run's record then tells what was trained.
import { LINEAR_LAYERS, type SettingName } from '../domain/settings.ts'
import type { GivenAdapter } from './engine.ts'

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

/** Settings in text, as a person would write them; whatever is missing or unknown changes nothing here, and is refused by name when it is loaded. */
export function adapterSettings({ config }: Pick<GivenAdapter, 'config'>): (readonly [name: SettingName, text: string])[] {
  const raw = rawOf(config)
  const number = (name: string): string | undefined => (typeof raw[name] === 'number' ? String(raw[name]) : undefined)
  const found: (readonly [SettingName, string | undefined])[] = [
    ['trainable', 'lora'], ['loraRank', number('r')], ['loraAlpha', number('lora_alpha')], ['loraTargets', targetsOf(raw['target_modules'])],
  ]
  return found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]))
}
