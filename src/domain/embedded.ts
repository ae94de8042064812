// The policies that ship with the workbench, by the name that the setting `policy` gives them.

/** Folders within public/sample. */
export const EMBEDDED_POLICIES = { sample: 'policy', 'sample-tasks': 'tasks-policy' } as const

export type EmbeddedPolicy = keyof typeof EMBEDDED_POLICIES

/** What people read. */
export const EMBEDDED_NAMES: Readonly<Record<EmbeddedPolicy, string>> = { sample: 'embedded', 'sample-tasks': 'embedded, for tasks' }

/** The shards of the embedded shop, in public/sample/shop. */
export const SAMPLE_SHARDS = ['products.parquet', 'examples.parquet', 'items.parquet', 'interactions.parquet', 'users.parquet'] as const

export function isEmbedded(policy: string): policy is EmbeddedPolicy {
  return Object.hasOwn(EMBEDDED_POLICIES, policy)
}
