// Rows of the tasks that read what somebody bought: one for each event to predict, with all that came before it.
import type { Dataset, Product, UserHistory } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { lastOutPlaces, readyPlaces, timePlaces, withSettings, type EventPlace } from '../splits.ts'
import type { Facts, Past, Row } from './task.ts'

/** As Rec-R1 splits Beauty by time: 80 % of the events train, 10 % validate; at most 100,000 training rows and 1000 of each setting. */
const BY_TIME = { train: 0.8, validation: 0.1, longest: 50, trainRows: 100_000, rows: 1000 } as const

/** The events that the settings choose, in the data's order but for splits by time. Throws a sentence where there are none. */
export function historyRows({ name, users = [] }: Dataset, settings: Settings): Row[] {
  const places = placesOf(name, users, settings)
  const wanted = places.filter(({ split, setting }) => settings.historySetting === 'both' || split === 'train' || setting === settings.historySetting)
  if (!wanted.some(({ split }) => split === 'test') && places.some(({ split }) => split === 'test')) {
    const test = places.filter(({ split }) => split === 'test').length
    const none = `${name} holds ${test} test histories, and 0 of them are ${settings.historySetting}`
    throw new Error(`${none}; set historySetting=both, or another historySplit`)
  }
  return inRows(wanted, settings)
}

/** Throws where the data tells of nobody. */
export function someUsers(name: string, users: readonly UserHistory[], task: string): void {
  if (users.length > 0) return
  const none = `${name} holds 0 histories, and task ${task} asks about what people bought`
  throw new Error(`${none}; open reviews, ratings or ready histories, or set task=product-search`)
}

function placesOf(name: string, users: readonly UserHistory[], settings: Settings): EventPlace[] {
  const { historySplit, historySetting, historyLength, strongFrom, seed, task } = settings
  someUsers(name, users, task)
  const isReady = users.some(({ next }) => next !== undefined)
  const how = historySplit === 'auto' ? (isReady || users.some(hasSplit) ? 'files' : 'last-out') : historySplit
  if (how === 'files') {
    if (users.some(hasSplit)) return withSettings([...readyPlaces(users), ...strongestLast(users, strongFrom)])
    if (!isReady) throw unsplit(name, users)
    return readyPlaces(users)
  }
  if (how === 'time') return timePlaces(users, { ...BY_TIME, longest: Math.max(BY_TIME.longest, historyLength), seed })
  const places = lastOutPlaces(users)
  if (places.length === 0) {
    const none = `none of ${users.length} histories of ${name} has three items, the fewest that leave one out`
    throw new Error(`${none}; set historySplit=files, or open longer histories`)
  }
  return historySetting === 'both' ? places : withSettings(places)
}

/** What is wrong where the files are to split histories and don't. */
export function unsplit(name: string, users: readonly UserHistory[]): Error {
  const none = `no file of ${name} says what comes after its ${users.length} histories`
  return new Error(`historySplit is files, but ${none}; set historySplit=last-out, or time`)
}

/** Whether the files say where all rows of a person belong. */
export const hasSplit = ({ split }: UserHistory): boolean => split !== undefined

/** Of people whose files say where they belong: one event each, the last strong one with something before it. */
function strongestLast(users: readonly UserHistory[], strongFrom: number): EventPlace[] {
  return users.flatMap((user): EventPlace[] => {
    if (user.split === undefined) return []
    const at = user.items.findLastIndex((_, i) => (user.strengths?.[i] ?? Infinity) >= strongFrom)
    return at > 0 ? [{ user, at, split: user.split }] : []
  })
}

/** Events of histories as rows; ids are unique and stay the same while the data does. */
function inRows(places: readonly EventPlace[], settings: Settings): Row[] {
  const pasts = new Map<UserHistory, readonly Past[]>()
  const nameOf = rowNames()
  return places.map(({ user, at, split }) => {
    let past = pasts.get(user)
    if (past === undefined) pasts.set(user, past = pastOf(user))
    const target = user.items[at] ?? user.next!.target
    return historyRow({ id: nameOf(user.userId, at), user, past, at, split, targets: [target], settings })
  })
}

/** Ids of rows: the person and how much came before; several ready rows may tell of one person, and those are told apart by their order. */
export function rowNames(): (userId: string, at: number) => string {
  const taken = new Set<string>()
  const met = new Map<string, number>()
  return (userId, at) => {
    const base = `${userId}:${at}`
    let id = base
    for (let count = met.get(base) ?? 1; taken.has(id); id = `${base}:${count}`) met.set(base, ++count)
    taken.add(id)
    return id
  }
}

export interface HistoryEvent {
  readonly id: string
  readonly user: UserHistory
  readonly past: readonly Past[]
  /** how much of the past came before */
  readonly at: number
  readonly split: Row['split']
  readonly targets: readonly string[]
  readonly settings: Settings
}

/** A longer past is cut out of its history when it is asked for: a person of ten thousand purchases has as many rows. */
const LONGEST_KEPT = 256

/** A row of a history. It has no words of its own: its text is its id. */
export function historyRow({ id, user, past, at, split, targets, settings }: HistoryEvent): Row {
  const told = {
    id, split, text: id, ...(user.next?.domain === undefined ? {} : { domain: user.next.domain }),
    judgements: targets.map((productId) => ({ productId, label: 'E' as const })),
    sequence: targets,
    ...(user.profile === undefined ? {} : { profile: user.profile }),
  }
  const before = (): readonly Past[] => past.slice(0, at)
  const row: Row = at > LONGEST_KEPT ? Object.defineProperty(told, 'history', { enumerable: true, get: before }) : { ...told, history: before() }
  if (settings.seenItems !== 'removed') return row
  return Object.defineProperty(row, 'seen', { enumerable: true, get: () => new Set(user.items.slice(0, at)) })
}

/** A history as events, oldest first. */
export function pastOf({ items, times, strengths }: UserHistory): Past[] {
  return items.map((id, i): Past => {
    const [time, strength] = [times?.[i], strengths?.[i]]
    return { id, ...(time === undefined ? {} : { time }), ...(strength === undefined ? {} : { strength }) }
  })
}

/** The latest events that the prompt tells, oldest first. */
export function toldOf({ history = [] }: Row, { historyLength }: Pick<Settings, 'historyLength'>): readonly Past[] {
  return history.slice(-historyLength)
}

/** A title as supervised training teaches it: in the compact frame in its words. Undefined where the catalogue has none. */
export function taughtTitle(product: Product | undefined, { template }: Pick<Settings, 'template'>): string | undefined {
  const title = template === 'compact' ? compactTitle(titleOf(product)) : titleOf(product).trim()
  return title === '' ? undefined : title
}

/** Items by which a row is told to people, the latest. */
const DESCRIBED = 3

/** Ids of the history that prompts or people are told. */
export function pastNeeds(row: Row, { historyLength }: Pick<Settings, 'historyLength'>): string[] {
  return toldOf(row, { historyLength: Math.max(historyLength, DESCRIBED) }).map(({ id }) => id)
}

/** These, and what comes after, which labels are made of. */
export function historyNeeds(row: Row, settings: Settings): string[] {
  return [...pastNeeds(row, settings), ...row.sequence ?? []]
}

/** Titles of what is told, oldest first; the empty string where the catalogue lacks a product. */
export function titlesOf(row: Row, facts: Facts, settings: Pick<Settings, 'historyLength'>): string[] {
  return toldOf(row, settings).map(({ id }) => titleOf(facts.product(id)))
}

/** The lines of the released prompt, "Item 1: title" and so on, without spaces around them. */
export function itemLines(titles: readonly string[]): string {
  return titles.map((title, i) => `Item ${i + 1}: ${title}`).join('\n').trim()
}

export function titleOf(product: Product | undefined): string {
  return product?.title ?? ''
}

/** A title within a line of titles: one line, no separator of its own. */
export function shortTitle(title: string): string {
  return title.replaceAll(/[\s;]+/g, ' ').trim()
}

/** A title in the compact frame, in lower case: small policies know few words. */
export function compactTitle(title: string): string {
  return shortTitle(title).toLowerCase()
}

/** Titles of the compact frame, "a; b"; products without one are left out. */
export function compactTitles(titles: readonly string[]): string {
  return titles.map(compactTitle).filter((title) => title !== '').join('; ')
}

/** The history in one line for people. */
export function describeHistory(row: Row, facts: Facts): string {
  const all = row.history ?? []
  const latest = all.slice(-DESCRIBED).map(({ id }) => shortTitle(titleOf(facts.product(id))) || id)
  return `${all.length > latest.length ? `${all.length} items, last ` : ''}${latest.join('; ')}`
}
