// Result files, measured again: what each says of its rankings, beside what they come to.
import { recomputeResults } from '../../src/domain/results.ts'
import { ESCI_US, type StoredCheck } from '../../src/protocol/ingest.ts'
import type { IntakeOptions } from './intake.ts'
import { storedResults } from './intake.ts'

const REQUEST = { name: 'results', filter: ESCI_US, mappings: {} } as const

/** File by file, in the order given. What a file lacks to be measured is its fault, and so is damage; the others are measured all the same. */
export async function checkResults(files: readonly File[], options: IntakeOptions): Promise<readonly StoredCheck[]> {
  const checks: StoredCheck[] = []
  for (const file of files) {
    try {
      const { rankings } = await storedResults([file], REQUEST, options)
      checks.push({ file: file.name, recomputed: recomputeResults(rankings) })
    } catch (error) {
      options.signal.throwIfAborted()
      checks.push({ file: file.name, fault: error instanceof Error ? error.message : String(error) })
    }
  }
  return checks
}
