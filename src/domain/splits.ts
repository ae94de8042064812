// The papers' splits, as pure functions of a seed: queries by shop department, histories by leaving the last out or by time.
import type { JudgedQuery, NextItem, Split, UserHistory } from './dataset.ts'
import { splitValidation } from './order.ts'
import { Stream } from './random.ts'

/** Queries to learn from, to choose by, and to be judged by; those by department, in the data's order. */
export interface QuerySplits {
  readonly train: readonly JudgedQuery[]
  readonly validation: readonly JudgedQuery[]
  readonly test: readonly JudgedQuery[]
  readonly testByDomain: ReadonlyMap<string, readonly JudgedQuery[]>
}

export interface QuerySplitOptions {
  readonly seed: number
  /** how many training queries are set apart where the data names no validation queries; Rec-R1 takes 100 of ESCI's, 1000 of C4's */
  readonly validation: number
  /** departments told one by one, the rest together under OTHER_DOMAINS; none given: all one by one */
  readonly domains?: readonly string[]
}

/** The four of Rec-R1's tests on ESCI and Amazon-C4. */
export const REC_R1_DOMAINS = ['Video_Games', 'Baby_Products', 'Office_Products', 'Sports_and_Outdoors'] as const
export const OTHER_DOMAINS = 'Others'

/** Where a query stands: as its file says, or, where departments are held out, in the test for theirs and in training for all others. */
export function splitOf(query: JudgedQuery, heldOut: readonly string[]): Split {
  if (heldOut.length === 0) return query.split
  return query.domain !== undefined && heldOut.includes(query.domain) ? 'test' : 'train'
}

/** ESCI as Rec-R1 splits it: the published training and test queries, the test by the department of a query's first target. */
export function splitQueries(queries: readonly JudgedQuery[], options: QuerySplitOptions): QuerySplits {
  return divide(queries, [], options)
}

/** Amazon-C4 as Rec-R1 splits it: `domains` are the test, every other department trains, whatever split the data names. */
export function holdOutDomains(queries: readonly JudgedQuery[], options: QuerySplitOptions & { readonly domains: readonly string[] }): QuerySplits {
  return divide(queries, options.domains, options)
}

function divide(queries: readonly JudgedQuery[], heldOut: readonly string[], options: QuerySplitOptions): QuerySplits {
  const inSplit = (split: Split): JudgedQuery[] => queries.filter((query) => splitOf(query, heldOut) === split)
  const [train, validation, test] = [inSplit('train'), inSplit('validation'), inSplit('test')]
  const testByDomain = grouped(test, (query) => domainOf(query, options.domains))
  if (validation.length > 0 || options.validation === 0) return { train, validation, test, testByDomain }
  if (options.validation >= train.length) {
    throw new Error(`validation is ${options.validation} queries of ${train.length} training queries; choose fewer, so that some are left`)
  }
  const parts = splitValidation(train, options.validation / train.length, options.seed)
  return { train: parts.training, validation: parts.validation, test, testByDomain }
}

function domainOf(query: JudgedQuery, domains: readonly string[] | undefined): string {
  const domain = query.domain ?? OTHER_DOMAINS
  return domains === undefined || domains.includes(domain) ? domain : OTHER_DOMAINS
}

/** One thing to predict: what somebody bought after `items`. */
export interface Prediction extends Pick<NextItem, 'target' | 'time'> {
  readonly userId: string
  /** oldest first, never empty */
  readonly items: readonly string[]
}

export interface HistorySplits {
  readonly train: readonly Prediction[]
  readonly validation: readonly Prediction[]
  readonly test: readonly Prediction[]
}

/**
 * Leave the last out (Kang and McAuley 2018; Beauty 2014 in RecLLM-R1): of each history of three items or more the last is the test, the one
 * before it validation, each after all that came before; every earlier item but the first is to be predicted in training. `longest` cuts histories
 * to their last items. Ready histories (with a `next`) are split already and are left out here.
 */
export function leaveLastOut(users: readonly UserHistory[], { longest = Infinity }: { readonly longest?: number } = {}): HistorySplits {
  const splits = { train: [] as Prediction[], validation: [] as Prediction[], test: [] as Prediction[] }
  for (const user of users) {
    const last = user.items.length - 1
    if (last < 2 || user.next !== undefined) continue
    for (let at = 1; at <= last; at++) splits[at === last ? 'test' : at === last - 1 ? 'validation' : 'train'].push(predictionAt(user, at, longest))
  }
  return splits
}

function predictionAt(user: UserHistory, at: number, longest: number): Prediction {
  const time = user.times?.[at]
  const items = user.items.slice(Math.max(0, at - longest), at)
  return { userId: user.userId, items, target: user.items[at]!, ...(time === undefined ? {} : { time }) }
}

export interface TimeSplitOptions {
  readonly seed: number
  /** shares of all events by time: the first part trains, the next is validation, the rest is the test (the 2023 benchmark: 0.8 and 0.1) */
  readonly train: number
  readonly validation: number
  /** items of a history; Rec-R1 keeps 50 */
  readonly longest: number
  /** training rows kept, the earliest; Rec-R1 keeps 100,000 */
  readonly trainRows: number
  /** rows drawn of each setting of validation and test; Rec-R1 draws 1000 */
  readonly rows: number
}

/** `transductive`: history and target all stand in training; `inductive`: none does. Rows with some of both belong to neither. */
export interface BySetting {
  readonly transductive: readonly Prediction[]
  readonly inductive: readonly Prediction[]
}

export interface TimeSplits {
  readonly train: readonly Prediction[]
  readonly validation: BySetting
  readonly test: BySetting
}

/**
 * Splits purchases by when they happened, as Rec-R1 splits Beauty: training is what was bought before the first cut, and validation and test are
 * drawn, seeded, from rows that training items cover wholly or not at all. Events of one second fall on one side of a cut. Each row is an event
 * with what its buyer bought before it; first purchases have nothing before them and are no rows. Throws where no event has a time, or all have one.
 */
export function splitByTime(users: readonly UserHistory[], options: TimeSplitOptions): TimeSplits {
  const timed = users.filter((user) => user.times !== undefined && user.next === undefined)
  const times = allTimes(timed)
  if (times.length === 0) throw new Error(`none of ${users.length} histories has times; a split by time needs reviews or ratings with timestamps`)
  const cut = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  const [validationFrom, testFrom] = [cut(options.train), cut(options.train + options.validation)]
  if (validationFrom === times[0]) {
    const first = `the first ${Math.round(options.train * 100)} % of ${times.length} events`
    throw new Error(`${first} all happened at ${validationFrom}; a split by time needs times that differ`)
  }

  const parts = { train: [] as EventPlace[], validation: [] as EventPlace[], test: [] as EventPlace[] }
  for (const user of timed) {
    for (let at = 1; at < user.items.length; at++) {
      const time = user.times![at]!
      parts[time < validationFrom ? 'train' : time < testFrom ? 'validation' : 'test'].push({ user, at, time })
    }
  }
  const told = (place: EventPlace): Prediction => predictionAt(place.user, place.at, options.longest)
  const train = parts.train.sort((a, b) => a.time - b.time).slice(0, options.trainRows).map(told)
  const known = new Set(train.flatMap((row) => [...row.items, row.target]))
  const isCovered = ({ user, at }: EventPlace, wanted: boolean): boolean => {
    for (let i = Math.max(0, at - options.longest); i <= at; i++) if (known.has(user.items[i]!) !== wanted) return false
    return true
  }
  const settings = (part: 'validation' | 'test'): BySetting => {
    const draw = (setting: keyof BySetting): Prediction[] => {
      const rows = parts[part].filter((place) => isCovered(place, setting === 'transductive'))
      return choose(rows.length, options.rows, new Stream(options.seed, `splits.${part}.${setting}`)).map((i) => told(rows[i]!))
    }
    return { transductive: draw('transductive'), inductive: draw('inductive') }
  }
  return { train, validation: settings('validation'), test: settings('test') }
}

/** An event by its place in its buyer's history: rows are written out only where they are kept. */
interface EventPlace {
  readonly user: UserHistory
  readonly at: number
  readonly time: number
}

/** Every time, rising. */
function allTimes(users: readonly UserHistory[]): Float64Array {
  const times = new Float64Array(users.reduce((sum, user) => sum + user.times!.length, 0))
  let end = 0
  for (const user of users) {
    times.set(user.times!, end)
    end += user.times!.length
  }
  return times.sort()
}

/**
 * Ready histories as their files split them: Rec-R1's Beauty lists and Parquet, the benchmark's files. A row that names no split is test; one that
 * names no setting has that which the training items give it (none given: inductive), and belongs to neither with some of both.
 */
export function readySplits(users: readonly UserHistory[]): TimeSplits {
  const rows = users.filter((user) => user.next !== undefined)
  const ofSplit = (split: NextItem['split']): UserHistory[] => rows.filter((user) => (user.next!.split ?? 'test') === split)
  const told = ({ userId, items, next }: UserHistory): Prediction => (
    { userId, items, target: next!.target, ...(next!.time === undefined ? {} : { time: next!.time }) }
  )
  const train = ofSplit('train')
  const known = new Set(train.flatMap((user) => [...user.items, user.next!.target]))
  const settingOf = (user: UserHistory): keyof BySetting | undefined => {
    if (user.next!.setting !== undefined) return user.next!.setting
    const all = [...user.items, user.next!.target].map((item) => known.has(item))
    return all.every(Boolean) ? 'transductive' : all.some(Boolean) ? undefined : 'inductive'
  }
  const settings = (split: NextItem['split']): BySetting => {
    const groups = grouped(ofSplit(split), settingOf)
    return { transductive: (groups.get('transductive') ?? []).map(told), inductive: (groups.get('inductive') ?? []).map(told) }
  }
  return { train: train.map(told), validation: settings('validation'), test: settings('test') }
}

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}

/** `count` of the numbers below `from`, each set with the same chance, in rising order; all of them where there are not so many. */
function choose(from: number, count: number, stream: Stream): number[] {
  const order = Uint32Array.from({ length: from }, (_, i) => i)
  const chosen = Math.min(count, from)
  for (let i = 0; i < chosen; i++) {
    const j = i + stream.integer(from - i)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return Array.from(order.subarray(0, chosen)).toSorted((a, b) => a - b)
}
