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

/** An event to predict, by its place in its buyer's history; at the history's length stands what comes after a ready one. */
export interface EventPlace {
  readonly user: UserHistory
  readonly at: number
  readonly split: Split
  /** of a split that tells the two apart, or of a file that names it */
  readonly setting?: keyof BySetting
}

/**
 * Leave the last out (Kang and McAuley 2018; Beauty 2014 in RecLLM-R1): of each history of three items or more the last is the test, the one
 * before it validation, each after all that came before; every earlier item but the first is to be predicted in training. `longest` cuts histories
 * to their last items. Ready histories (with a `next`) are split already and are left out here.
 */
export function leaveLastOut(users: readonly UserHistory[], { longest = Infinity }: { readonly longest?: number } = {}): HistorySplits {
  const splits = { train: [] as Prediction[], validation: [] as Prediction[], test: [] as Prediction[] }
  for (const { user, at, split } of lastOutPlaces(users)) splits[split].push(predictionAt(user, at, longest))
  return splits
}

/** The events of `leaveLastOut` in the data's order. */
export function lastOutPlaces(users: readonly UserHistory[]): EventPlace[] {
  const places: EventPlace[] = []
  for (const user of users) {
    const last = user.items.length - 1
    if (last < 2 || user.next !== undefined) continue
    for (let at = 1; at <= last; at++) places.push({ user, at, split: at === last ? 'test' : at === last - 1 ? 'validation' : 'train' })
  }
  return places
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
  const places = timePlaces(users, options)
  const told = (split: Split, setting?: keyof BySetting): Prediction[] => places
    .filter((place) => place.split === split && (setting === undefined || place.setting === setting))
    .map(({ user, at }) => predictionAt(user, at, options.longest))
  const settings = (split: Split): BySetting => ({ transductive: told(split, 'transductive'), inductive: told(split, 'inductive') })
  return { train: told('train'), validation: settings('validation'), test: settings('test') }
}

/** The events of `splitByTime`: training by time, then the draws of validation and test. Throws as it does. */
export function timePlaces(users: readonly UserHistory[], options: TimeSplitOptions): EventPlace[] {
  const timed = users.filter(isTimed)
  const [validationFrom, testFrom] = timeCuts(users, [options.train, options.train + options.validation]) as [number, number]
  const parts = { train: [] as EventPlace[], validation: [] as EventPlace[], test: [] as EventPlace[] }
  for (const user of timed) {
    for (let at = 1; at < user.items.length; at++) {
      const time = user.times![at]!
      const split = time < validationFrom ? 'train' : time < testFrom ? 'validation' : 'test'
      parts[split].push({ user, at, split })
    }
  }
  const timeOf = ({ user, at }: EventPlace): number => user.times![at]!
  const train = parts.train.sort((a, b) => timeOf(a) - timeOf(b)).slice(0, options.trainRows)
  const known = itemsOf(train, options.longest)
  const drawn = (['validation', 'test'] as const).flatMap((part) => (['transductive', 'inductive'] as const).flatMap((setting) => {
    const rows = parts[part].filter((place) => isCovered(place, options.longest, known, setting === 'transductive'))
    return choose(rows.length, options.rows, new Stream(options.seed, `splits.${part}.${setting}`)).map((i): EventPlace => ({ ...rows[i]!, setting }))
  }))
  return [...train, ...drawn]
}

/** The times before which these shares of all events happened, the shares rising. Throws where none has a time, or none lies before the first cut. */
export function timeCuts(users: readonly UserHistory[], shares: readonly number[]): number[] {
  const times = allTimes(users.filter(isTimed))
  if (times.length === 0) throw new Error(`none of ${users.length} histories has times; a split by time needs reviews or ratings with timestamps`)
  const cuts = shares.map((share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!)
  if (cuts[0] === times[0]) {
    const first = `the first ${Math.round(shares[0]! * 100)} % of ${times.length} events`
    throw new Error(`${first} all happened at ${cuts[0]}; a split by time needs times that differ`)
  }
  return cuts
}

/** What stands in these rows: the items of each history, cut to the last `longest`, and what comes after. */
function itemsOf(places: readonly EventPlace[], longest: number): Set<string> {
  const known = new Set<string>()
  for (const { user, at } of places) {
    for (let i = Math.max(0, at - longest); i < at; i++) known.add(user.items[i]!)
    known.add(targetOf(user, at))
  }
  return known
}

const targetOf = (user: UserHistory, at: number): string => user.items[at] ?? user.next!.target

/** Whether all items of history and target are known (or, of `wanted` false, none is). */
function isCovered({ user, at }: EventPlace, longest: number, known: ReadonlySet<string>, wanted: boolean): boolean {
  for (let i = Math.max(0, at - longest); i < at; i++) if (known.has(user.items[i]!) !== wanted) return false
  return known.has(targetOf(user, at)) === wanted
}

/** Ready histories are split already. */
const isTimed = (user: UserHistory): boolean => user.times !== undefined && user.next === undefined

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
  const places = readyPlaces(users)
  const told = ({ user: { userId, items, next } }: EventPlace): Prediction => (
    { userId, items, target: next!.target, ...(next!.time === undefined ? {} : { time: next!.time }) }
  )
  const ofSplit = (split: Split): EventPlace[] => places.filter((place) => place.split === split)
  const settings = (split: Split): BySetting => {
    const groups = grouped(ofSplit(split), ({ setting }) => setting)
    return { transductive: (groups.get('transductive') ?? []).map(told), inductive: (groups.get('inductive') ?? []).map(told) }
  }
  return { train: ofSplit('train').map(told), validation: settings('validation'), test: settings('test') }
}

/** The rows of `readySplits` in the data's order; without a setting those of training, and those with some of both. */
export function readyPlaces(users: readonly UserHistory[]): EventPlace[] {
  const ready = users.filter((user) => user.next !== undefined)
  return withSettings(ready.map((user): EventPlace => ({ user, at: user.items.length, split: user.next!.split ?? 'test' })))
}

/** Each row of validation and test with the setting that its file names, else with the one that the training rows give it; none has some of both. */
export function withSettings(places: readonly EventPlace[], longest = Infinity): EventPlace[] {
  const known = itemsOf(places.filter(({ split }) => split === 'train'), longest)
  return places.map((place): EventPlace => {
    if (place.split === 'train') return place
    const named = place.at === place.user.items.length ? place.user.next?.setting : undefined
    const setting = named ?? (['transductive', 'inductive'] as const).find((each) => isCovered(place, longest, known, each === 'transductive'))
    return setting === undefined ? place : { ...place, setting }
  })
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
