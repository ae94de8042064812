// `evaluate`: measures a run against judgements, or recomputes what a result file says of itself. The product's own readers and formulas, no browser.
import { basename } from 'node:path'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, textOf } from '../folders.ts'
import { text, texts, type Arguments } from '../arguments.ts'
import { readExamples, readResults } from '../judged.ts'
import { settingsFrom } from '../settings.ts'
import type { Judgement } from '../../src/domain/dataset.ts'
import { evaluateRankings, rankingsOfRun, type EvaluatedQuery } from '../../src/domain/evaluation.ts'
import { parseMeasures } from '../../src/domain/measures.ts'
import { recomputeResults } from '../../src/domain/results.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { parseQrels, parseRun, type Run } from '../../src/domain/trec.ts'
import type { Command } from './command.ts'

const MEASURES = 'ndcg@10,ndcg@100,recall@10,recall@100,precision@10,mrr@10,map,hit@10,unjudged@10'

interface Conventions {
  readonly gains: Settings['gains']
  readonly ties: 'trec' | 'ranked'
}

/** Judgements of TREC's kind are measured as trec_eval does; ESCI's as the workbench measures its own rankings, where ties keep their order. */
const CONVENTIONS: Readonly<Record<'qrels' | 'examples', Conventions>> = {
  qrels: { gains: 'graded', ties: 'trec' },
  examples: { gains: 'exact', ties: 'ranked' },
}

export const evaluate: Command = async (args, terminal) => {
  const [results, run, qrels, examples] = [text(args, 'results'), text(args, 'run'), text(args, 'qrels'), text(args, 'examples')]
  if (results !== undefined && run === undefined && qrels === undefined && examples === undefined) {
    return input(async () => recomputeResults(await readResults(fileAt(results))))
  }
  if (results !== undefined || run === undefined || (qrels === undefined) === (examples === undefined)) {
    throw new BadInput('evaluate: give --run FILE with either --qrels FILE or --examples FILE, or --results FILE alone')
  }
  const { gains, ties } = CONVENTIONS[qrels === undefined ? 'examples' : 'qrels']
  const conventions = {
    ...settingsOf(args, gains),
    ties: choice(args, 'ties', ['trec', 'ranked'], ties), missing: choice(args, 'missing', ['zero', 'skip'], 'zero'),
  }
  const measures = await input(() => parseMeasures(text(args, 'metrics') ?? MEASURES))
  const ranked = await input(() => parseRun(textOf(run), basename(run)))
  const judged = await input(() => (qrels === undefined ? examplesOf(examples!, ranked) : qrelsOf(qrels)))
  if (!judged.some(({ id }) => ranked.has(id))) {
    const [first] = ranked.keys()
    throw new BadInput(`no query of ${basename(run)} (such as ${first}) is judged in ${basename(qrels ?? examples!)}; give judgements of the same queries`)
  }
  const { queries, means, domains, ...counts } = evaluateRankings(judged, rankingsOfRun(ranked, conventions.ties), { ...conventions, measures })
  const zero = conventions.missing === 'zero' ? 'each counts as 0 (--missing skip leaves them out)' : 'left out'
  if (counts.missing > 0) terminal.progress(`judged queries that are not in the run: ${counts.missing}, ${zero}`)
  if (counts.unknown > 0) terminal.progress(`queries of the run that nobody judged: ${counts.unknown}, left out`)
  return { queries: queries.length, metrics: means, ...counts, ...(domains.length === 0 ? {} : { domains }), conventions }
}

/** Judgements as qrels have them, relevant from grade 1 up. */
function qrelsOf(path: string): EvaluatedQuery[] {
  return [...parseQrels(textOf(path), basename(path))].map(([id, judged]) => (
    { id, judgements: judged.map(([productId, grade]): Judgement => ({ productId, grade, label: grade >= 1 ? 'E' : 'I' })) }))
}

/** The judged queries of every split that the run has a query of: a run of the test queries says nothing of the others. */
async function examplesOf(path: string, run: Run): Promise<readonly EvaluatedQuery[]> {
  const queries = await readExamples(fileAt(path))
  const splits = new Set(queries.filter(({ id }) => run.has(id)).map(({ split }) => split))
  return queries.filter(({ split }) => splits.has(split))
}

function settingsOf(args: Arguments, gains: Settings['gains']): Pick<Settings, 'gains' | 'duplicateTargets'> {
  const pairs = texts(args, 'set')
  const settings = settingsFrom([`gains=${gains}`, ...pairs])
  return { gains: settings.gains, duplicateTargets: settings.duplicateTargets }
}

function choice<T extends string>(args: Arguments, name: string, choices: readonly T[], fallback: T): T {
  const given = text(args, name) ?? fallback
  const chosen = choices.find((value) => value === given)
  if (chosen === undefined) throw new BadInput(`evaluate: --${name} is ${JSON.stringify(given)}; give one of ${choices.join(', ')}`)
  return chosen
}

/** What a file or a name is to blame for is bad input. */
async function input<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof BadInput ? error : new BadInput(messageOf(error), { cause: error })
  }
}
