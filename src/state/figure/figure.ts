// The inspector's comparison as plain data to be drawn anywhere: Figure 5 of the paper, for one query.
import type { EsciLabel, Product } from '../../domain/dataset.ts'
import { labelsOf } from '../../domain/labels.ts'
import { rankOf } from '../../domain/rank.ts'
import type { Column, Inspection, Measures } from '../inspect/inspect.ts'

export interface DiffedWord {
  readonly word: string
  readonly change: 'kept' | 'moved' | 'added' | 'left out'
}

export interface FigureProduct {
  readonly id: string
  readonly rank: number
  readonly title: string
  readonly brand: string
  /** undefined where nobody judged the product for this query */
  readonly label: EsciLabel | undefined
  /** rank in the column at the left; `new` where it was beyond reach there; undefined in the first column */
  readonly was: number | 'new' | undefined
}

export interface FigureColumn {
  readonly title: string
  readonly note: string
  /** the text that was searched for, against the query; undefined where a ranking came from elsewhere */
  readonly words: readonly DiffedWord[] | undefined
  readonly thought: string | undefined
  /** why the output breaks the format */
  readonly fault: string | undefined
  readonly ndcg: number | undefined
  readonly recall: number | undefined
  /** of NDCG, to the column at the left */
  readonly gain: number | undefined
  readonly products: readonly FigureProduct[]
  /** of those listed, how many nobody judged */
  readonly unjudged: number
  /** whether it ranked anything: what did not says nothing of where a product landed */
  readonly answered: boolean
  /** why there is nothing to show */
  readonly absent: string | undefined
}

export interface RelevantProduct {
  readonly id: string
  readonly title: string
  /** its rank in each column; undefined beyond reach */
  readonly ranks: readonly (number | undefined)[]
}

export interface Figure {
  readonly query: string
  readonly domain: string | undefined
  readonly split: string | undefined
  readonly k: number
  readonly listed: number
  readonly columns: readonly FigureColumn[]
  readonly relevant: readonly RelevantProduct[]
  /** name → what it was, in order: data, run, settings, seed, date, versions */
  readonly caption: readonly (readonly [name: string, value: string])[]
}

export interface FigureInput {
  readonly inspection: Inspection
  /** left to right */
  readonly columns: readonly { readonly id: string; readonly title: string; readonly note: string }[]
  readonly k: 10 | 100
  readonly listed: number
  /** by id; null where the catalogue lacks it */
  readonly products: ReadonlyMap<string, Product | null>
  readonly diff: (from: string, to: string) => readonly DiffedWord[]
  /** what answers are shown against; undefined where they are texts of their own */
  readonly base: string | undefined
  readonly caption: Figure['caption']
}

/** More relevant products than these are counted, not listed. */
export const MOST_RELEVANT = 12

const measuresAt = (measures: Measures | undefined, k: 10 | 100): { readonly ndcg: number | undefined; readonly recall: number | undefined } => (
  { ndcg: measures?.[`ndcg@${k}`], recall: measures?.[`recall@${k}`] })

/** The ids whose titles a figure needs. */
export function productsOfFigure({ columns, judged }: Inspection, listed: number): string[] {
  const exact = judged?.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId) ?? []
  return [...new Set([...Object.values(columns).flatMap(({ ids, entries }) => [...ids.slice(0, listed), ...entries?.flatMap(({ id }) => id ?? []) ?? []]), ...exact.slice(0, MOST_RELEVANT)])]
}

export function buildFigure({ inspection, columns, k, listed, products, diff, base, caption }: FigureInput): Figure {
  const { query, judged } = inspection
  const labels = labelsOf(judged?.judgements)
  const titleOf = (id: string): string => {
    const title = products.get(id)?.title ?? ''
    return title === '' ? id : title
  }
  /** A list as its titles in order, any other answer as its words. */
  const wordsOf = ({ entries, rewrite }: Column): readonly DiffedWord[] | undefined => {
    if (entries !== undefined) return entries.map(({ said, id, stranger }, at) => ({ word: `${at + 1}. ${id === undefined ? said : titleOf(id)};`, change: stranger ? 'left out' : 'kept' }))
    if (rewrite === undefined) return undefined
    return base === undefined ? [{ word: rewrite, change: 'kept' }] : diff(base, rewrite)
  }
  const column = ({ id, title, note }: FigureInput['columns'][number], at: number): FigureColumn => {
    const shown = inspection.columns[id]
    const left: Column | undefined = at === 0 ? undefined : inspection.columns[columns[at - 1]!.id]
    if (shown === undefined) {
      return {
        title, note, words: undefined, thought: undefined, fault: undefined, ndcg: undefined, recall: undefined, gain: undefined, products: [], unjudged: 0, answered: false,
        absent: inspection.absent[id] ?? 'there was no answer yet when this figure was made',
      }
    }
    const { ndcg, recall } = measuresAt(shown.measures, k)
    const before = measuresAt(left?.measures, k).ndcg
    const was = left === undefined ? undefined : new Map(left.ids.map((product, rank) => [product, rank + 1]))
    const list = shown.ids.slice(0, listed).map((product, place): FigureProduct => ({
      id: product, rank: place + 1, title: titleOf(product), brand: products.get(product)?.brand ?? '', label: labels.get(product), was: was && (was.get(product) ?? 'new'),
    }))
    return {
      title, note, thought: shown.thought === '' ? undefined : shown.thought, fault: shown.fault, ndcg, recall,
      words: wordsOf(shown),
      gain: ndcg === undefined || before === undefined ? undefined : ndcg - before,
      answered: shown.unranked === undefined, products: list, unjudged: judged === undefined ? 0 : list.filter(({ label }) => label === undefined).length,
      absent: shown.unranked === undefined ? (shown.ids.length === 0 ? 'no product was found' : undefined) : `no ranking: ${shown.unranked}`,
    }
  }
  const exact = [...new Set(judged?.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))]
  return {
    query, domain: judged?.domain, split: judged?.split, k, listed, columns: columns.map(column),
    relevant: exact.map((id) => ({ id, title: titleOf(id), ranks: columns.map((one) => rankOf(inspection.columns[one.id]?.ids ?? [], id)) })), caption,
  }
}
