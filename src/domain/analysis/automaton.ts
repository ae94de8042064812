// Regular expressions over named sets of characters, compiled to a table of states: the longest match in one step a character.

export type Expression =
  | { readonly kind: 'set'; readonly name: string; readonly without: string | undefined }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  | { readonly kind: 'many'; readonly part: Expression }

/** One character of the set `name` that is not in the set `without`. */
export const one = (name: string, without?: string): Expression => ({ kind: 'set', name, without })
export const sequence = (...parts: readonly Expression[]): Expression => ({ kind: 'sequence', parts })
export const choice = (...parts: readonly Expression[]): Expression => ({ kind: 'choice', parts })
/** Any number of times, none included. */
export const many = (part: Expression): Expression => ({ kind: 'many', part })
export const some = (part: Expression): Expression => sequence(part, many(part))
export const maybe = (part: Expression): Expression => choice(part, sequence())

/** `next[state * classes + class]` is the state after a character; state 0 is no match, state 1 the start. */
export interface Automaton {
  readonly classes: number
  readonly next: Uint16Array
  /** 1 where what was read so far is a match */
  readonly accepts: Uint8Array
}

/** A state of the first machine, which may be in several at once: moves without a character, and at most one by a character. */
interface Node {
  readonly free: number[]
  on: { readonly classes: ReadonlySet<number>; readonly to: number } | undefined
}

/** Thompson's machine: adds nodes for `expression` from node `from`, and returns the node where it ends. */
function draw(expression: Expression, from: number, nodes: Node[], classesOf: (name: string, without: string | undefined) => ReadonlySet<number>): number {
  const add = (): number => nodes.push({ free: [], on: undefined }) - 1
  switch (expression.kind) {
    case 'set': {
      const [start, end] = [add(), add()]
      nodes[from]!.free.push(start)
      nodes[start]!.on = { classes: classesOf(expression.name, expression.without), to: end }
      return end
    }
    case 'sequence': return expression.parts.reduce((at, part) => draw(part, at, nodes, classesOf), from)
    case 'choice': {
      const ends = expression.parts.map((part) => draw(part, from, nodes, classesOf))
      const end = add()
      for (const each of ends) nodes[each]!.free.push(end)
      return end
    }
    case 'many': {
      const hub = add()
      nodes[from]!.free.push(hub)
      nodes[draw(expression.part, hub, nodes, classesOf)]!.free.push(hub)
      return hub
    }
  }
}

/**
 * Compiles `expression` for characters of `sets.length` classes, where `sets[c]` names the sets that class c belongs to; class
 * `sets.length` belongs to none. Throws when the expression names a set that no class has.
 */
export function compile(expression: Expression, sets: readonly (readonly string[])[]): Automaton {
  const nodes: Node[] = [{ free: [], on: undefined }]
  const end = draw(expression, 0, nodes, (name, without) => {
    const found = new Set(sets.flatMap((names, at) => (names.includes(name) && !(without !== undefined && names.includes(without)) ? [at] : [])))
    if (found.size === 0) throw new Error(`set ${name} has no character class`)
    return found
  })
  const closure = (starts: Iterable<number>): number[] => {
    const reached = new Set(starts)
    for (const node of reached) for (const to of nodes[node]!.free) reached.add(to)
    return [...reached].sort((a, b) => a - b)
  }
  const classes = sets.length + 1
  const states = [[], closure([0])]
  const numbers = new Map(states.map((state, number) => [state.join(), number]))
  const rows: number[][] = []
  for (let at = 0; at < states.length; at++) {
    rows.push(Array.from({ length: classes }, (_, read) => {
      const state = closure(states[at]!.flatMap((node) => (nodes[node]!.on?.classes.has(read) === true ? [nodes[node]!.on!.to] : [])))
      const key = state.join()
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, states.length)
      return states.push(state) - 1
    }))
  }
  return { classes, next: Uint16Array.from(rows.flat()), accepts: Uint8Array.from(states, (state) => (state.includes(end) ? 1 : 0)) }
}
