// What the table of queries has evaluated: a system's answers to every query, the unjudged among what it finds, and its rankings as a file.
import type { AnswerBook } from './answerBook.ts'
import { evaluateAll, rewritesOf, TABLE_DEPTH } from './evaluating.ts'
import { runFile, runTag } from './exports.ts'
import type { Jobs } from './jobs.ts'
import { fileName } from '../../domain/fileName.ts'
import type { Settings } from '../../domain/settings.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { prepare } from '../../experiment/prepare.ts'
import { rankAnswers } from '../../experiment/score.ts'
import type { Library, Shop } from '../data/library.ts'
import type { QueryPlan } from './queryPlan.ts'
import type { QueryTable, QueryTableState } from './queryTableState.ts'
import type { Run } from '../run/run.ts'
import type { Runs } from '../runs/runs.ts'
import type { Sources } from '../inspect/sources.ts'
import { isEvaluated, POLICY } from './systems.ts'
import { rankedOtherwise, termsNow, type Terms } from './terms.ts'
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
  const termsOf = (system: string): Terms | undefined => getState().systems.find(({ id }) => id === system)?.terms
  /** Why the open recommender cannot make a system's rankings once more; undefined where it can. */
  const rankedElsewhere = (system: string): string | undefined => {
    const { shop } = library.getState()
    const terms = termsOf(system)
    const otherwise = shop && terms && rankedOtherwise(terms, termsNow(shop, run.getState().settings))
    return otherwise && `${titleOf(system)} was ${otherwise}; open that recommender in Data, and save its rankings then`
  }
  const titleOf = (system: string): string => getState().systems.find(({ id }) => id === system)?.title ?? system
  /** The settings that a told answer's text was searched with. */
  const searched = (system: string): Settings => {
    const { settings } = run.getState()
    return { ...settings, mode: termsOf(system)?.mode ?? settings.mode }
  }

  const evaluate = (system: string): void => {
    const shop = library.getState().shop
    if (shop === undefined) return
    const { split, table, a } = getState()
    const { settings } = run.getState()
    const side = system === a ? 'a' : 'b'
    const wanted = new Set(table.rows.flatMap((row) => (row[side] === undefined ? [row.id] : [])))
    const key = book.keyOf(system, split)
    const before = book.get(system, split) ?? []
    void jobs.lasting(`Evaluating the ${titleOf(system)}`, wanted.size, async (signal, tell) => {
      const tasks = plan.tasksOf(settings, wanted)
      if (tasks.length === 0) throw new Error(`${shop.dataset.name} holds none of these ${wanted.size} queries with a relevant product`)
      const asking = await askingOf(isEvaluated(system) ? POLICY : system, settings, { run, past: runs.service, sources, signal })
      if (isEvaluated(system) && asking.id !== system) {
        throw new Error('training has gone on since, and these weights are not at hand; evaluate the policy of now')
      }
      holds = asking.unheld !== true
      const told = asking.id === system ? [...before] : []
      await evaluateAll(tasks, asking.write, {
        recommender: shop.recommender, catalogue: shop.catalogue, settings, batch: asking.batch, signal,
        onPart: (answers, done) => {
          for (const answer of answers) told.push(answer)
          tell(done)
        },
      })
      if (told.length === before.length) throw new Error(`it answers none of these ${tasks.length} queries`)
      book.put(asking.id, split, told, key)
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
    const { b, split, table } = getState()
    const shop = library.getState().shop
    const answers = book.get(b, split)
    if (shop === undefined || answers === undefined || answers.some(({ unjudged }) => unjudged !== undefined)) return
    if (rankedElsewhere(b) !== undefined) return
    const settings = searched(b)
    const said = new Map(answers.map((answer) => [answer.queryId, answer]))
    const found = new Map<string, number | undefined>()
    const key = book.keyOf(b, split)
    void jobs.lasting(`Counting what nobody judged, ${titleOf(b)}`, table.answered.b, async (signal, tell) => {
      await evaluateAll(plan.tasksOf(settings, new Set(said.keys())), rewritesOf(said), {
        recommender: shop.recommender, catalogue: shop.catalogue, settings, batch: RANKED_AT_ONCE, signal,
        onPart: (part, done) => {
          for (const { queryId, unjudged } of part) found.set(queryId, unjudged)
          tell(done)
        },
      })
      book.put(b, split, answers.map((answer) => {
        const unjudged = found.get(answer.queryId)
        return unjudged === undefined ? answer : { ...answer, unjudged }
      }), key)
    }).then(look)
  }

  /** How answers that are no plain query become rankings again; scores are falling reciprocal ranks. */
  const rankedByTask = (system: string, shop: Shop): Pick<Parameters<typeof runFile>[0], 'rank'> => {
    const settings = searched(system)
    const { answers, over } = taskOf(settings)
    if (answers === 'query' && over === 'queries') return {}
    return {
      rank: async (part) => {
        const tasks = new Map(plan.tasksOf(settings, new Set(part.map(({ queryId }) => queryId))).map((task) => [task.query.id, task]))
        const known = part.flatMap((answer) => tasks.get(answer.queryId) ?? [])
        if (known.length < part.length) throw new Error(`${part.length - known.length} of these answers are to rows that ${shop.dataset.name} does not hold`)
        await prepare({ catalogue: shop.catalogue, recommender: shop.recommender }, settings, known)
        const readings = part.map(({ rewrite, items }, at) => ({ task: known[at]!, reading: { text: rewrite, ...(items === undefined ? {} : { items }) } }))
        const ranked = await rankAnswers(shop.recommender, settings, readings, TABLE_DEPTH)
        return ranked.map(({ ids, failed }) => ({ ids, scores: ids.map((_, at) => 1 / (1 + at)), ...(failed === undefined ? {} : { failed }) }))
      },
    }
  }

  const saveRun: QueryTable['saveRun'] = async (side, save) => {
    const { [side]: system, split } = getState()
    const shop = library.getState().shop
    const answers = book.get(system, split)
    if (shop === undefined || answers === undefined) return
    const { recommender, dataset } = shop
    const title = titleOf(system)
    // a ranking that came from elsewhere is no recommender's of ours
    const tag = runTag(termsOf(system)?.recommender, title)
    await jobs.lasting(`Ranking for the run of the ${title}`, answers.length, async (signal, tell) => {
      const elsewhere = rankedElsewhere(system)
      if (elsewhere !== undefined) throw new Error(elsewhere)
      const rankings = await rankingsOf(system, answers, sources, signal)
      const file = await runFile({ answers, recommender, settings: searched(system), tag, signal, tell, rankings, ...rankedByTask(system, shop) })
      save(`${fileName(`${dataset.name}-${split}-${tag}`, 'rankings', 120)}.run`, file)
    })
  }

  return { evaluate, countUnjudged, saveRun, holds: () => holds }
}
