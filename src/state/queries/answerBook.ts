// Whose answers to which split are known, in memory.
import type { Split } from '../../domain/dataset.ts'
import type { RunEvent } from '../../experiment/events.ts'
import type { TableAnswer } from './queryRows.ts'
import { isEvaluated, livePart, ORIGINAL, partOf, START } from './systems.ts'

/** Answers of the page's run that are held at most; those of a kept run between its first and latest validation are read again from the store. */
const MOST_HELD = 200_000

/** Known answers by system and split. */
export class AnswerBook {
  readonly #known = new Map<string, Map<Split, readonly TableAnswer[]>>()

  get(system: string, split: Split): readonly TableAnswer[] | undefined {
    return this.#known.get(system)?.get(split)
  }

  put(system: string, split: Split, answers: readonly TableAnswer[]): void {
    const splits = this.#known.get(system)
    if (splits === undefined) this.#known.set(system, new Map([[split, answers]]))
    else splits.set(split, answers)
  }

  /** Systems with answers, in the order in which they were told. */
  systems(): readonly { readonly id: string; readonly splits: readonly Split[] }[] {
    return [...this.#known].map(([id, splits]) => ({ id, splits: [...splits.keys()] }))
  }

  forget(which: (system: string) => boolean): void {
    for (const id of this.#known.keys()) if (which(id)) this.#known.delete(id)
  }

  /** Takes what the page's run tells; true where there is something new to compare. */
  hear(event: RunEvent): boolean {
    if (event.type === 'start') {
      this.forget((id) => id.startsWith('live:') || isEvaluated(id) || id === START)
      return true
    }
    if (event.type !== 'answers') return false
    // the unchanged query is nobody's answer: it is the same for every run on the open recommender
    this.put(event.policy === 'original' ? ORIGINAL : livePart(partOf(event)), event.split, event.answers)
    this.#makeRoom()
    return true
  }

  /** The first validation and the latest stay. */
  #makeRoom(): void {
    const sizes = [...this.#known].filter(([id]) => id.startsWith('live:step:')).map(([id, splits]) => ({ id, size: [...splits.values()].reduce((sum, { length }) => sum + length, 0) }))
    let held = sizes.reduce((sum, { size }) => sum + size, 0)
    for (const { id, size } of sizes.slice(1, -1)) {
      if (held <= MOST_HELD) return
      held -= size
      this.#known.delete(id)
    }
  }
}
