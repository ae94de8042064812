// Whose answers to which split are known: the systems that the table of queries can compare.
import type { Split } from '../domain/dataset.ts'
import type { AnswersEvent, RunEvent } from '../experiment/events.ts'
import type { TableAnswer } from './queryRows.ts'

/** Who answers queries. */
export interface System {
  /** `original`; `live:…` of the page's run; `kept:RUN:…` of a kept one; `policy@STEP` as evaluated here; `checkpoint:RUN:STAGE:STEP`; `source:ID` */
  readonly id: string
  readonly title: string
  /** what it belongs to: the heading that it is offered under */
  readonly group: string
  /** splits whose answers are known, or lie in the store and are read when wanted */
  readonly known: readonly Split[]
  /** whether it can be asked about any other split */
  readonly asks: boolean
}

export const ORIGINAL = 'original'
export const THIS_RUN = 'this run'

/** The name of a run's answers within the run: `before`, `after`, or `step:40`. */
export type RunPart = string

export function partOf({ policy, step }: Pick<AnswersEvent, 'policy' | 'step'>): RunPart {
  return policy === 'current' ? `step:${step}` : policy
}

export function partTitle(part: RunPart): string {
  if (part === 'before') return 'start'
  return part.startsWith('step:') ? `step ${part.slice('step:'.length)}` : part
}

/** Answers of validations that are held at most, the start's beside: older ones of a kept run are read again from the store. */
const MOST_HELD = 200_000

/** Known answers by system and split. */
export class AnswerBook {
  readonly #known = new Map<string, readonly TableAnswer[]>()

  static #key(system: string, split: Split): string {
    return `${split} ${system}`
  }

  get(system: string, split: Split): readonly TableAnswer[] | undefined {
    return this.#known.get(AnswerBook.#key(system, split))
  }

  put(system: string, split: Split, answers: readonly TableAnswer[]): void {
    this.#known.set(AnswerBook.#key(system, split), answers)
  }

  /** Systems with answers, in the order in which they were told. */
  systems(): readonly { readonly id: string; readonly splits: readonly Split[] }[] {
    const splits = new Map<string, Split[]>()
    for (const key of this.#known.keys()) {
      const space = key.indexOf(' ')
      const [split, id] = [key.slice(0, space) as Split, key.slice(space + 1)]
      splits.set(id, [...splits.get(id) ?? [], split])
    }
    return [...splits].map(([id, known]) => ({ id, splits: known }))
  }

  forget(which: (system: string) => boolean): void {
    for (const key of this.#known.keys()) if (which(key.slice(key.indexOf(' ') + 1))) this.#known.delete(key)
  }

  /** Takes what the page's run tells; true where there is something new to compare. */
  hear(event: RunEvent): boolean {
    if (event.type === 'start') {
      this.forget((id) => id.startsWith('live:') || id.startsWith('policy@'))
      return true
    }
    if (event.type !== 'answers') return false
    // the unchanged query is nobody's answer: it is the same for every run on this recommender
    const id = event.policy === 'original' ? ORIGINAL : `live:${partOf(event)}`
    this.put(id, event.split, event.answers)
    this.#makeRoom()
    return true
  }

  #makeRoom(): void {
    const validated = this.systems().filter(({ id }) => id.startsWith('live:step:'))
    let held = validated.reduce((sum, { id }) => sum + (this.get(id, 'validation')?.length ?? 0), 0)
    // the first and the latest stay
    for (const { id } of validated.slice(1, -1)) {
      if (held <= MOST_HELD) return
      held -= this.get(id, 'validation')?.length ?? 0
      this.forget((known) => known === id)
    }
  }
}
