// What the table of queries has evaluated: a system's answers to every query, the unjudged among what it finds, and its rankings as a file.
import type { AnswerBook } from './answerBook.ts'
import { evaluateAll, rewritesOf } from './evaluating.ts'
import { runFile, runTag } from './exports.ts'
import type { Jobs } from './jobs.ts'
import type { Library } from '../data/library.ts'
import type { QueryPlan } from './queryPlan.ts'
import type { TableAnswer } from './queryRows.ts'
import type { QueryTable, QueryTableState } from './queryTableState.ts'
import type { Run } from '../run/run.ts'
import type { Runs } from '../runs/runs.ts'
import type { Sources } from '../inspect/sources.ts'
import { keptPlace, runOf } from './systems.ts'
import { askingOf, rankingsOf } from './writers.ts'

export interface EvaluationParts {
  readonly library: Library
  readonly run: Run
  readonly runs: Runs
  readonly sources: Sources
  readonly book: AnswerBook
  readonly plan: QueryPlan
  readonly jobs: Jobs
  readonly getState: () => QueryTableState
  readonly setState: (change: Partial<QueryTableState>) => void
  /** there are other answers now */
  readonly look: () => void
}

export interface QueryEvaluation extends Pick<QueryTable, 'evaluate' | 'saveRun'> {
  readonly countUnjudged: () => void
  /** false while the engine is asked as it stands: a run that begins would change who answers */
  readonly holds: () => boolean
}

const RANKED_AT_ONCE = 64

export function createQueryEvaluation({ library, run, runs, sources, book, plan, jobs, getState, setState, look }: EvaluationParts): QueryEvaluation {
  let holds = true
  /** Why the open recommender cannot make a system's rankings once more; undefined where it can. */
  const rankedElsewhere = (system: string): string | undefined => {
    const { shop } = library.getState()
    const kept = keptPlace(system) === undefined ? undefined : runs.getState().records.find(({ id }) => id === runOf(system))
    if (kept === undefined || shop === undefined || kept.recommender === shop.recommender.name) return undefined
    return `run ${kept.name} was ranked by ${kept.recommender}, and ${shop.recommender.name} is open; open ${kept.recommender} in Data, and save its rankings then`
  }

  const evaluate = (system: string): void => {
    const shop = library.getState().shop
    if (shop === undefined) return
    const { split, table, systems, a, b } = getState()
    const { settings } = run.getState()
    const other = book.get(system === a ? b : a, split)
    const wanted = other === undefined ? undefined : new Set(other.map(({ queryId }) => queryId))
    const what = `Evaluating the ${systems.find(({ id }) => id === system)?.title ?? system}`
    void jobs.lasting(what, wanted?.size ?? table.rows.length, async (signal, tell) => {
      const tasks = plan.tasks(shop, settings, split).filter(({ query }) => wanted === undefined || wanted.has(query.id))
      const asking = await askingOf(system, settings, { run, past: runs.service, sources, signal })
      holds = asking.unheld !== true
      const told: TableAnswer[] = []
      await evaluateAll(tasks, asking.write, {
        recommender: shop.recommender, settings, batch: asking.batch, signal,
        onPart: (answers, done) => {
          for (const answer of answers) told.push(answer)
          tell(done)
        },
      })
      if (told.length === 0) throw new Error(`it answers none of these ${tasks.length} queries`)
      book.put(asking.id, split, told)
      // a policy in training is another one by the next step: what answered has a name of its own
      if (asking.id === system) return
      const now = getState()
      setState({ following: false, ...(now.a === system ? { a: asking.id } : {}), ...(now.b === system ? { b: asking.id } : {}) })
    }).then(() => {
      holds = true
      look()
    })
  }

  /** Ranks what B wrote once more where nobody has seen its rankings yet: a run tells values, not rankings. */
  const countUnjudged = (): void => {
    const { b, split, table, systems } = getState()
    const shop = library.getState().shop
    const answers = book.get(b, split)
    if (shop === undefined || answers === undefined || rankedElsewhere(b) !== undefined || answers.some(({ unjudged }) => unjudged !== undefined)) return
    const { settings } = run.getState()
    const said = new Map(answers.map((answer) => [answer.queryId, answer]))
    const found = new Map<string, number | undefined>()
    void jobs.lasting(`Counting what nobody judged, ${systems.find(({ id }) => id === b)?.title ?? b}`, table.answered.b, async (signal, tell) => {
      await evaluateAll(plan.tasks(shop, settings, split).filter(({ query }) => said.has(query.id)), rewritesOf(said), {
        recommender: shop.recommender, settings, batch: RANKED_AT_ONCE, signal,
        onPart: (part, done) => {
          for (const { queryId, unjudged } of part) found.set(queryId, unjudged)
          tell(done)
        },
      })
      book.put(b, split, answers.map((answer) => {
        const unjudged = found.get(answer.queryId)
        return unjudged === undefined ? answer : { ...answer, unjudged }
      }))
    }).then(look)
  }

  const saveRun: QueryTable['saveRun'] = async (side, save) => {
    const { [side]: system, split, systems } = getState()
    const shop = library.getState().shop
    const answers = book.get(system, split)
    if (shop === undefined || answers === undefined) return
    const { recommender, dataset } = shop
    const title = systems.find(({ id }) => id === system)?.title ?? system
    await jobs.lasting(`Ranking for the run of the ${title}`, answers.length, async (signal, tell) => {
      const elsewhere = rankedElsewhere(system)
      if (elsewhere !== undefined) throw new Error(elsewhere)
      const rankings = await rankingsOf(system, answers, sources, signal)
      const tag = runTag(recommender.name, title)
      const file = await runFile({ answers, recommender, settings: run.getState().settings, tag, signal, tell, rankings })
      save(`${dataset.name}-${split}-${tag}.run`.replaceAll(/[^\w.-]+/gu, '-'), file)
    })
  }

  return { evaluate, countUnjudged, saveRun, holds: () => holds }
}
