// What became of each item of a list answer: which product it is, where it stood among the candidates, and whether it was said before.
import type { Ranking } from '../../domain/recommender.ts'
import type { Reading, Row, TaskSpec } from '../../domain/tasks/task.ts'

export interface Entry {
  /** as it was written */
  readonly said: string
  /** the product that it stands for, or that its name was matched to; undefined where there is none */
  readonly id: string | undefined
  /** its place among the candidates, from 1; undefined where there are no candidates, or it is none of them */
  readonly place: number | undefined
  /** the same product was listed before */
  readonly again: boolean
  /** there are candidates, and it is none of them; or a name that matches no product */
  readonly stranger: boolean
}

/** The entries of an answer; undefined where the task asks for no list. `rankings`: what the recommender found for each name. */
export function entriesOf({ items }: Reading, rankings: readonly Ranking[], { candidates }: Row, answers: TaskSpec['answers']): Entry[] | undefined {
  if (items === undefined || (answers !== 'ids' && answers !== 'names')) return undefined
  const places = new Map(candidates?.map((id, at) => [id, at + 1]))
  const before = new Set<string>()
  return items.map((said, at): Entry => {
    const ranking = rankings[at]
    const id = answers === 'ids' ? (candidates === undefined || places.has(said) ? said : undefined) : ranking?.ids[0]
    const again = before.has(id ?? said)
    before.add(id ?? said)
    const place = id === undefined ? undefined : places.get(id)
    // a name is a stranger where the recommender found nothing for it; one beyond those that are matched was not looked for
    const stranger = answers === 'ids' ? candidates !== undefined && place === undefined : ranking !== undefined && id === undefined
    return { said, id, place, again, stranger }
  })
}
