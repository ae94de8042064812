// What people bought while files are read: single events, sorted by time at the end, and ready histories with the item to predict.
import { departmentName } from '../../../src/domain/department.ts'
import type { NextItem, Split, UserHistory } from '../../../src/domain/dataset.ts'
import type { Place, Sink } from '../format.ts'
import type { Catalogue } from './catalogue.ts'
import { departmentOfName, splitOfName } from './names.ts'
import { bytes, groupBy, integers, Numbered, reals } from './numbers.ts'

type Event = Parameters<Sink['interaction']>[0]
type Sequence = Parameters<Sink['sequence']>[0]

const SPLITS: readonly (Split | undefined)[] = [undefined, 'train', 'validation', 'test']
const SETTINGS: readonly (NextItem['setting'])[] = [undefined, 'transductive', 'inductive']
const NONE = -1

export interface JoinedHistories {
  readonly users: UserHistory[]
  /** distinct people */
  readonly people: number
  readonly interactions: number
  /** events that tell how strongly a person engaged, and people some of whose events do not */
  readonly strengths: number
  readonly partly: number
  /** people with a history of whom something is told besides, its names, and people without any history */
  readonly profiles: number
  readonly profileNames: readonly string[]
  readonly strangers: number
  readonly items: number
  readonly itemsJoined: number
  readonly sequences: number
  /** sequences with nothing before the item to predict */
  readonly withoutHistory: number
}

export class Histories {
  private readonly people = new Numbered()
  private readonly domains = new Numbered()
  private readonly user = integers()
  private readonly item = integers()
  private readonly time = reals()
  private readonly strength = reals()
  private readonly profiles = new Map<string, Parameters<Sink['person']>[1]>()
  private readonly sequences = {
    user: integers(), end: integers(), items: integers(), target: integers(), time: reals(), split: bytes(), setting: bytes(), domain: integers(),
  }

  constructor(private readonly products: Numbered) {}

  interaction(event: Event): void {
    this.user.push(this.people.of(event.userId))
    this.item.push(this.products.of(event.itemId))
    this.time.push(event.time ?? Number.NaN)
    this.strength.push(event.rating ?? Number.NaN)
  }

  /** What is told of a person; of two rows the earlier one's columns stand. */
  person(userId: string, told: Parameters<Sink['person']>[1]): void {
    const before = this.profiles.get(userId)
    const split = before?.split ?? told.split
    this.profiles.set(userId, { profile: { ...told.profile, ...before?.profile }, ...(split === undefined ? {} : { split }) })
  }

  /** What stands beside a person's history. */
  private about(userId: string): Pick<UserHistory, 'profile' | 'split'> {
    const { profile = {}, split } = this.profiles.get(userId) ?? {}
    return { ...(Object.keys(profile).length === 0 ? {} : { profile }), ...(split === undefined ? {} : { split }) }
  }

  sequence(sequence: Sequence, at: Place): void {
    const { sequences } = this
    const domain = sequence.domain === undefined ? departmentOfName(at.file) : departmentName(sequence.domain)
    sequences.user.push(this.people.of(sequence.userId))
    for (const item of sequence.items) sequences.items.push(this.products.of(item))
    sequences.end.push(sequences.items.length)
    sequences.target.push(sequence.target === undefined ? NONE : this.products.of(sequence.target))
    sequences.time.push(sequence.time ?? Number.NaN)
    sequences.split.push(SPLITS.indexOf(sequence.split ?? splitOfName(at.file)))
    sequences.setting.push(SETTINGS.indexOf(sequence.setting))
    sequences.domain.push(domain === undefined ? NONE : this.domains.of(domain))
  }

  join(catalogue: Catalogue): JoinedHistories {
    const bought = this.histories()
    const ready = this.readyHistories()
    const names = new Set<string>()
    let profiles = 0
    for (const [userId, { profile }] of this.profiles) {
      if (this.people.find(userId) === undefined) continue
      profiles++
      for (const name of Object.keys(profile)) names.add(name)
    }
    const met = new Uint8Array(this.products.texts.length)
    for (const told of [this.item, this.sequences.items, this.sequences.target]) for (const item of told.view) if (item !== NONE) met[item] = 1
    let [items, itemsJoined] = [0, 0]
    for (let item = 0; item < met.length; item++) {
      items += met[item]!
      if (met[item] === 1 && catalogue.has(item)) itemsJoined++
    }
    return {
      users: [...bought.users, ...ready.users], strengths: this.strength.view.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0), partly: bought.partly,
      profiles, profileNames: [...names], strangers: this.profiles.size - profiles, people: this.people.texts.length, interactions: this.item.length + this.told(),
      items, itemsJoined, sequences: this.sequences.user.length, withoutHistory: ready.withoutHistory,
    }
  }

  /**
   * One history for each person with events, oldest first. Events of one second keep the files' order, and so do all where one has no time.
   * Strengths are there where every event of the person tells one; `partly` counts the people where only some do.
   */
  private histories(): { users: UserHistory[]; partly: number } {
    const [item, time, strength] = [this.item.view, this.time.view, this.strength.view]
    let partly = 0
    const { starts, order } = groupBy(this.user.view, this.people.texts.length)
    const users: UserHistory[] = []
    for (const [person, userId] of this.people.texts.entries()) {
      const events = order.subarray(starts[person]!, starts[person + 1]!)
      if (events.length === 0) continue
      const timed = events.every((event) => !Number.isNaN(time[event]!))
      if (timed) events.sort((a, b) => time[a]! - time[b]!)
      const items = Array.from(events, (event) => this.products.texts[item[event]!]!)
      const weighed = events.reduce((sum, event) => sum + (Number.isNaN(strength[event]!) ? 0 : 1), 0)
      if (weighed > 0 && weighed < events.length) partly++
      users.push({
        userId, items, ...(timed ? { times: Array.from(events, (event) => time[event]!) } : {}),
        ...(weighed === events.length ? { strengths: Array.from(events, (event) => strength[event]!) } : {}), ...this.about(userId),
      })
    }
    return { users, partly }
  }

  private readyHistories(): { users: UserHistory[]; withoutHistory: number } {
    const { user, end, items, target, time, split, setting, domain } = this.sequences
    const users: UserHistory[] = []
    let withoutHistory = 0
    for (let i = 0; i < user.length; i++) {
      const start = i === 0 ? 0 : end.view[i - 1]!
      if (end.view[i] === start) {
        withoutHistory++
        continue
      }
      const told = items.view.subarray(start, end.view[i])
      const userId = this.people.texts[user.view[i]!]!
      const history = { userId, items: Array.from(told, (item) => this.products.texts[item]!), ...this.about(userId) }
      users.push(target.view[i] === NONE ? history : { ...history, next: {
        target: this.products.texts[target.view[i]!]!,
        ...(Number.isNaN(time.view[i]!) ? {} : { time: time.view[i]! }),
        ...optional('split', SPLITS[split.view[i]!]),
        ...optional('setting', SETTINGS[setting.view[i]!]),
        ...optional('domain', domain.view[i] === NONE ? undefined : this.domains.texts[domain.view[i]!]),
      } })
    }
    return { users, withoutHistory }
  }

  /**
   * Purchases that ready histories tell: a row with a time is one, and its history is of other rows; of lists without times each pair of person and
   * item is one.
   */
  private told(): number {
    const { user, end, items, target, time } = this.sequences
    const { starts, order } = groupBy(user.view, this.people.texts.length)
    const seenBy = new Int32Array(this.products.texts.length).fill(-1)
    let purchases = 0
    const see = (person: number, item: number): void => {
      if (item === NONE || seenBy[item] === person) return
      seenBy[item] = person
      purchases++
    }
    for (let person = 0; person < this.people.texts.length; person++) {
      for (const i of order.subarray(starts[person]!, starts[person + 1]!)) {
        if (!Number.isNaN(time.view[i]!)) {
          purchases++
          continue
        }
        for (const item of items.view.subarray(i === 0 ? 0 : end.view[i - 1]!, end.view[i])) see(person, item)
        see(person, target.view[i]!)
      }
    }
    return purchases
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : { [key]: value } as Partial<Record<K, V>>
}
