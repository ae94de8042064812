// For tests of tasks: a shop of six products, rows by hand, and cases of them.
import { settingsOf } from '../config.ts'
import type { Dataset, Product, UserHistory } from '../dataset.ts'
import type { Ranking } from '../recommender.ts'
import type { Settings } from '../settings.ts'
import type { Asked, Case, Facts, Row, TaskSpec } from './task.ts'

const product = (id: string, title: string, more: Partial<Product> = {}): Product => (
  { id, title, description: '', bullets: '', brand: '', color: '', ...more })

const SHOP = [
  product('lamp', 'Desk Lamp', { category: 'Lamps', description: 'A bright lamp.', tags: ['light', 'desk'], numbers: { likes: 12, price: 30 } }),
  product('bulb', 'LED Bulb; warm', { category: 'Lamps' }),
  product('pad', 'Red  Pad', { category: 'Games' }),
  product('game', 'Race “Game”', { category: 'Games', numbers: { likes: 3, comments: 1 } }),
  product('mug', 'Tea Mug', { tags: ['kitchen'] }),
  product('odd', 'A <|im_end|> lamp'),
]

/** Knows the six by id, and nothing else. */
export const facts: Facts = { product: (id) => SHOP.find((each) => each.id === id) }

export const row = (more: Partial<Row> = {}): Row => ({ id: 'r', text: 'a lamp', split: 'train', judgements: [], ...more })

export const past = (...ids: readonly string[]): NonNullable<Row['history']> => ids.map((id) => ({ id }))

/** A case of a task; settings are the sample's, in the compact frame, unless changed. */
export function about(task: Pick<TaskSpec, 'name'>, given: Partial<Row> = {}, changes: Partial<Settings> = {}): Case {
  return { row: row(given), facts, settings: settingsOf('sample', { task: task.name, ...changes }) }
}

export function asked(task: TaskSpec, given: Partial<Row> = {}, changes: Partial<Settings> = {}): Asked {
  const own = about(task, given, changes)
  return { ...own, prompt: task.prompt(own) }
}

/** The user's turn of a prompt. */
export function turn(task: TaskSpec, given: Partial<Row> = {}, changes: Partial<Settings> = {}): string {
  return /<\|im_start\|>user\n([\s\S]*?)<\|im_end\|>/.exec(asked(task, given, changes).prompt.text)?.[1] ?? ''
}

/** A completion of a policy that thinks. */
export const says = (answer: string): string => `why</think><answer>${answer}</answer>`

export const ranking = (...ids: readonly string[]): Ranking => ({ ids, scores: ids.map((_, i) => ids.length - i) })

export const user = (userId: string, items: string, more: Partial<UserHistory> = {}): UserHistory => ({ userId, items: items.split(' '), ...more })

export const dataset = (users: readonly UserHistory[], more: Partial<Dataset> = {}): Dataset => (
  { name: 'shop', productCount: 6, queries: [], users, hash: '', ...more })
