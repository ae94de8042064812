// The rows of the chosen task in the open data: what the page lists and asks about. Histories are put into words once their products are known.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Dataset, Product } from '../../domain/dataset.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Row, TaskSpec } from '../../domain/tasks/task.ts'
import { taskOf, TASKS } from '../../domain/tasks/tasks.ts'
import { prepare } from '../../experiment/prepare.ts'
import { Task } from '../../experiment/tasks.ts'
import { queryIndexOf } from '../inspect/queries.ts'
import type { Library, Shop } from '../data/library.ts'
import { nextTask } from '../nextTask.ts'
import { sentenceOf } from '../sentence.ts'
import { longestPromptOf } from './longest.ts'

export interface RowsState {
  readonly spec: TaskSpec
  readonly dataset: Dataset | undefined
  /** every row, whatever split, in the data's order, its text as people read it; none where the data hold nothing that the task could ask about */
  readonly rows: readonly Row[]
  /** histories are still being put into words: their texts are the data's own so far */
  readonly reading: boolean
  /** why there are none */
  readonly fault: string | undefined
}

export interface Rows extends StoreApi<RowsState> {
  /** The row that says the same: that of the id, else spelt alike, else whatever its case and spaces. */
  readonly same: (text: string, id?: string) => Row | undefined
  readonly byId: (id: string) => Row | undefined
  /** A task for each row, as a run makes it: what chance draws follows the row's place. A text that is no row stands for itself where the task asks about queries. */
  readonly tasks: (asked: readonly Pick<Row, 'id' | 'text'>[], settings?: Settings) => readonly Task[]
  /** The same, with candidates and products. */
  readonly prepared: (asked: readonly Pick<Row, 'id' | 'text'>[], shop: Shop, settings?: Settings) => Promise<readonly Task[]>
  /** Characters of the longest prompt under the settings, as far as products are known. */
  readonly longestPrompt: (settings: Settings) => number
}

interface RowsWorld {
  readonly library: Pick<Library, 'getState' | 'subscribe'>
  readonly run: Pick<StoreApi<{ readonly settings: Settings }>, 'getState' | 'subscribe'>
}

/** Settings that decide which rows there are, or what stands in them. */
const ROW_SETTINGS = ['task', 'historyLength', 'historySplit', 'historySetting', 'seenItems', 'strongFrom', 'augment', 'candidates', 'candidateCount', 'seed'] as const satisfies readonly (keyof Settings)[]

/** Rows that are put into words, tests first; a catalogue's worth of titles in every one would fill the memory. */
const MOST_DESCRIBED = 20_000
const PRODUCTS_AT_ONCE = 1000
/** Latest items that a history is called by. */
const TITLES_SAID = 3
/** Rows described in one task of the page. */
const ROWS_AT_ONCE = 500

/** An id that no row of the data has: of a text that a person typed. */
export const TYPED_ROW = ''

const SPLITS = { test: 0, validation: 1, train: 2 } as const

function specOf(settings: Settings): { readonly spec: TaskSpec; readonly fault: string | undefined } {
  try {
    return { spec: taskOf(settings), fault: undefined }
  } catch (error) {
    return { spec: TASKS[0]!, fault: sentenceOf(error) }
  }
}

export function createRows({ library, run }: RowsWorld): Rows {
  const places = new WeakMap<readonly Row[], ReadonlyMap<string, number>>()
  /** the rows as the task made them, whose own texts prompts are made of */
  let raw: readonly Row[] = []
  const known = new Map<string, Product>()
  const facts = { product: (id: string) => known.get(id) }
  let made: readonly unknown[] = []
  let latest = 0

  const first = specOf(run.getState().settings)
  const store = createStore<RowsState>(() => ({ spec: first.spec, dataset: undefined, rows: [], reading: false, fault: first.fault }))
  const { getState, setState } = store

  const placesOf = (rows: readonly Row[]): ReadonlyMap<string, number> => {
    let found = places.get(rows)
    if (found === undefined) {
      found = new Map(rows.map(({ id }, at) => [id, at]))
      places.set(rows, found)
    }
    return found
  }

  /** Fetches what the rows' words need, then says them; told once, so that lists do not change under a person's eyes. */
  const describe = async (shop: Shop, spec: TaskSpec, settings: Settings): Promise<void> => {
    const mine = ++latest
    const wanted = (): boolean => mine === latest
    const order = [...raw.keys()].toSorted((a, b) => SPLITS[raw[a]!.split] - SPLITS[raw[b]!.split] || a - b).slice(0, MOST_DESCRIBED)
    const told = (row: Row): readonly string[] => [...spec.needs(row, settings), ...row.history?.slice(-TITLES_SAID).map(({ id }) => id) ?? []]
    const ids = [...new Set(order.flatMap((at) => told(raw[at]!)))].filter((id) => !known.has(id))
    try {
      for (let from = 0; from < ids.length && wanted(); from += PRODUCTS_AT_ONCE) {
        const products = await shop.catalogue.products(ids.slice(from, from + PRODUCTS_AT_ONCE))
        for (const product of products) if (product !== undefined) known.set(product.id, product)
      }
    } catch (error) {
      if (wanted()) setState({ reading: false, fault: `the histories’ products could not be read: ${sentenceOf(error)}` })
      return
    }
    const rows = [...raw]
    for (const [done, at] of order.entries()) {
      if (done % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTask()
      if (!wanted()) return
      rows[at] = { ...raw[at]!, text: spec.describe(raw[at]!, facts) }
    }
    if (wanted()) setState({ rows, reading: false })
  }

  const update = (): void => {
    const { shop } = library.getState()
    const { settings } = run.getState()
    const now = [shop?.dataset.hash, shop?.dataset.queries, ...ROW_SETTINGS.map((name) => settings[name])]
    if (made.length === now.length && made.every((value, at) => value === now[at])) return
    if (made[0] !== now[0]) known.clear()
    made = now
    latest++
    const { spec, fault } = specOf(settings)
    const dataset = shop?.dataset
    raw = []
    if (shop === undefined || fault !== undefined) return setState({ spec, dataset, rows: raw, reading: false, fault })
    try {
      raw = spec.rows(shop.dataset, settings)
    } catch (error) {
      return setState({ spec, dataset, rows: raw, reading: false, fault: sentenceOf(error) })
    }
    const reading = spec.over === 'histories' && raw.length > 0
    setState({ spec, dataset, rows: raw, reading, fault: undefined })
    if (reading) void describe(shop, spec, settings)
  }
  library.subscribe(update)
  run.subscribe(update)
  update()

  const tasks: Rows['tasks'] = (asked, settings = run.getState().settings) => {
    const { spec } = getState()
    const at = placesOf(raw)
    return asked.flatMap(({ id, text }) => {
      const place = at.get(id)
      const isQuery = spec.over === 'queries'
      // a query is asked as it is typed, a history as the data have it
      if (place !== undefined) return [new Task(place, isQuery && raw[place]!.text !== text ? { ...raw[place]!, text } : raw[place]!, settings, spec)]
      return isQuery ? [new Task(raw.length, { id: TYPED_ROW, text, split: 'test', judgements: [] }, settings, spec)] : []
    })
  }
  return {
    ...store,
    same: (text, id) => queryIndexOf(getState().rows).same(text, id) as Row | undefined,
    byId: (id) => {
      const { rows } = getState()
      const place = placesOf(rows).get(id)
      return place === undefined ? undefined : rows[place]
    },
    tasks,
    prepared: async (asked, shop, settings = run.getState().settings) => {
      const made = tasks(asked, settings)
      await prepare({ catalogue: shop.catalogue, recommender: shop.recommender }, settings, made)
      return made
    },
    longestPrompt: (settings) => longestPromptOf(raw, getState().spec, settings, known),
  }
}
