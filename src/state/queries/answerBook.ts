// Whose answers to which split are known, in memory.
import type { Split } from '../../domain/dataset.ts'
import type { RunEvent } from '../../experiment/events.ts'
import type { TableAnswer } from './queryRows.ts'
import { isEvaluated, isTold, livePart, partOf, START } from './systems.ts'

/** Answers of the page's run that are held at most; those of a kept run between its first and latest validation are read again from the store. */
const MOST_HELD = 200_000
/** Of a system that was asked under several settings, the latest stay. */
const MOST_KEYS = 3

/** Known answers by system and split. What was made on demand holds under the settings it was made with, and is there again when they come back. */
export class AnswerBook {
  readonly #known = new Map<string, Map<Split, Map<string, readonly TableAnswer[]>>>()
  #keyOf: (split: Split) => string = () => ''

  /** From now on, answers on demand are those that were made under these keys. */
  stand(keyOf: (split: Split) => string): void {
    this.#keyOf = keyOf
  }

  /** What was told stays what it was, whatever is set now. */
  keyOf(system: string, split: Split): string {
    return isTold(system) ? '' : this.#keyOf(split)
  }

  get(system: string, split: Split): readonly TableAnswer[] | undefined {
    return this.#known.get(system)?.get(split)?.get(this.keyOf(system, split))
  }

  put(system: string, split: Split, answers: readonly TableAnswer[], key = this.keyOf(system, split)): void {
    const splits = this.#known.get(system) ?? new Map<Split, Map<string, readonly TableAnswer[]>>()
    const keys = splits.get(split) ?? new Map<string, readonly TableAnswer[]>()
    this.#known.set(system, splits.set(split, keys))
    keys.delete(key)
    keys.set(key, answers)
    for (const old of [...keys.keys()].slice(0, -MOST_KEYS)) keys.delete(old)
  }

  /** Systems with answers, in the order in which they were told. */
  systems(): readonly { readonly id: string; readonly splits: readonly Split[] }[] {
    return [...this.#known].flatMap(([id, all]) => {
      const splits = [...all.keys()].filter((split) => this.get(id, split) !== undefined)
      return splits.length === 0 ? [] : [{ id, splits }]
    })
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
    this.put(livePart(partOf(event)), event.split, event.answers)
    this.#makeRoom()
    return true
  }

  /** The first validation and the latest stay. */
  #makeRoom(): void {
    const steps = this.systems().filter(({ id }) => id.startsWith('live:step:'))
    const sizes = steps.map(({ id, splits }) => ({ id, size: splits.reduce((sum, split) => sum + this.get(id, split)!.length, 0) }))
    let held = sizes.reduce((sum, { size }) => sum + size, 0)
    for (const { id, size } of sizes.slice(1, -1)) {
      if (held <= MOST_HELD) return
      held -= size
      this.#known.delete(id)
    }
  }
}
