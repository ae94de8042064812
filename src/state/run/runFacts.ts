// What the record of a run says of it: a name that tells it from others, and what it ran on.
import { isEmbedded } from '../../domain/embedded.ts'
import type { StartEvent } from '../../experiment/events.ts'

/** What stands behind a hub's owner and before a revision. */
function shortName(policy: string): string {
  if (isEmbedded(policy)) return policy === 'sample' ? 'sample policy' : 'sample tasks policy'
  return policy.replace(/@[^@/]*$/, '').split('/').at(-1)!
}

/** Data, policy, and the number of the run among those of both. */
export function nameOf(dataset: string, policy: string, others: readonly string[]): string {
  const base = `${dataset} · ${shortName(policy)} · `
  const numbers = others.flatMap((name) => (name.startsWith(base) && /^\d{1,9}$/.test(name.slice(base.length)) ? Number(name.slice(base.length)) : []))
  return `${base}${Math.max(0, ...numbers) + 1}`
}

/** Browser, graphics adapter and its kernels, versions, seed, data, as a table shows them. */
export function environmentOf({ settings, versions, dataset, policy, task }: StartEvent): Readonly<Record<string, string>> {
  const { adapter: { vendor, architecture, description, fallback, kernels }, options } = policy
  const { browser, ...others } = versions
  const adapter = [vendor, architecture, description].filter((part) => part !== '').join(' ')
  const chosen = Object.entries(kernels).map(([shape, kernel]) => `${shape}: ${kernel}`).join(', ')
  return {
    ...(browser === undefined ? {} : { browser }),
    adapter: `${adapter === '' ? 'unnamed' : adapter}${fallback ? ' (software)' : ''}`,
    ...(chosen === '' ? {} : { kernels: chosen }),
    weights: options.weights, seed: String(settings['seed'] ?? ''),
    data: `${dataset.name}: ${dataset.products} products, ${dataset.train} training, ${dataset.validation} validation and ${dataset.test} test queries`,
    'data hash': dataset.hash, ...(task === undefined ? {} : { task: `${task.name}, prompt version ${task.version}` }), ...others,
  }
}

/** Of the machine, as far as a page can tell. */
export function machineOf({ hardwareConcurrency, platform }: Pick<Navigator, 'hardwareConcurrency' | 'platform'>): Readonly<Record<string, string>> {
  return { cores: String(hardwareConcurrency), ...(platform === '' ? {} : { platform }) }
}
