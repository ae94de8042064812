// What the browser remembers of an experiment under way, so that a reload goes on with it and the person's settings come back.
import { settingsFromHash, settingsToHash } from '../../domain/config.ts'
import { DEFAULT_CHOICES, type Choices } from '../../domain/papers/experiment.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Memory } from '../shell.ts'

const NAME = 'rec-r1-workbench papers'

export interface Remembered {
  readonly experiment: string
  readonly choices: Choices
  /** the person's settings, which every run of the experiment stands on */
  readonly settings: Settings
  /** of the data that it runs on */
  readonly hash: string
}

/** Undefined where nothing was under way, or what is remembered cannot be read any more. */
export function recallPapers(memory: Memory): Remembered | undefined {
  try {
    const said: unknown = JSON.parse(memory.getItem(NAME) ?? 'null')
    if (typeof said !== 'object' || said === null) return undefined
    const { experiment, choices, settings, hash } = said as Readonly<Record<string, unknown>>
    if (typeof experiment !== 'string' || typeof settings !== 'string' || typeof hash !== 'string') return undefined
    return { experiment, hash, settings: settingsFromHash(settings), choices: { ...DEFAULT_CHOICES, ...(choices as Partial<Choices>) } }
  } catch {
    return undefined
  }
}

/** Undefined forgets. A memory that is full or shut off forgets too: the experiment then begins anew after a reload, with the runs that are kept. */
export function rememberPapers(memory: Memory, job: Remembered | undefined): void {
  try {
    memory.setItem(NAME, job === undefined ? 'null' : JSON.stringify({ ...job, settings: settingsToHash(job.settings) }))
  } catch {
    // nothing is lost: kept runs count as done
  }
}
