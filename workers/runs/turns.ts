// What is done with one thing is done one after the other; different things don't wait for each other.

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work)
    const settled = turn.catch(() => undefined).then(() => { if (this.#last.get(key) === settled) this.#last.delete(key) })
    this.#last.set(key, settled)
    return turn
  }
}
