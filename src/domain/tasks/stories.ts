// A person and their history told in sentences, by topic and time, and items as lines of text: what RecLLM-R1's prompts are made of.
import type { Product } from '../dataset.ts'
import { compactTitle, titleOf } from './histories.ts'
import type { Case, Facts, Past, Row } from './task.ts'

/** The short term: the days before the latest event, or so many events where none has a time. */
const SHORT_DAYS = 7
const SHORT_EVENTS = 3
const DAY = 86_400

/** Words of a description, and titles of a topic, that a prompt tells. */
const DESCRIPTION_WORDS = 20
const TITLES_TOLD = 3

/** Columns that count what others did; price, stock and dates are no statistics of an item. */
const STATISTICS = [
  'views', 'likes', 'comments', 'shares', 'saves', 'clicks', 'purchases', 'sales', 'ratings', 'rating_number', 'rating_count', 'average_rating',
  'rating', 'reviews', 'popularity',
]

/** Text without special characters: letters, numbers and common punctuation in one form and on one line. */
export function cleaned(text: string): string {
  return text.normalize('NFKC').replaceAll(/[’‘`´]/g, "'").replaceAll(/[“”„]/g, '"').replaceAll(/[–—]/g, '-')
    .replaceAll(/[^\p{L}\p{M}\p{N}\s.,:;!?'"&/()%+#-]/gu, ' ').replaceAll(/\s+/g, ' ').trim()
}

export interface Terms {
  readonly long: readonly Past[]
  readonly short: readonly Past[]
  /** whether the short term is one of days */
  readonly isTimed: boolean
}

/** The latest events, oldest first, parted into the long term and the short. */
export function termsOf({ history = [] }: Row, historyLength: number): Terms {
  const told = history.slice(-historyLength)
  const last = told.at(-1)?.time
  const isTimed = last !== undefined && told.every(({ time }) => time !== undefined)
  const from = isTimed ? told.findIndex(({ time }) => time! > last - SHORT_DAYS * DAY) : Math.max(0, told.length - SHORT_EVENTS)
  return { long: told.slice(0, from), short: told.slice(from), isTimed }
}

export interface Topic {
  readonly name: string
  readonly events: readonly Past[]
}

/** Events by topic: the category of an item, else its first tag. Topics stand in the order of their latest events; those of no topic come alone. */
export function topicsOf(events: readonly Past[], facts: Facts): Topic[] {
  const topics = new Map<string, Past[]>()
  for (const event of events) {
    const name = topicName(facts.product(event.id))
    const before = topics.get(name) ?? []
    topics.delete(name)
    topics.set(name, [...before, event])
  }
  return [...topics].map(([name, own]) => ({ name, events: own }))
}

function topicName(product: Product | undefined): string {
  return cleaned(product?.category ?? product?.tags?.[0] ?? '')
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

function topicSentence({ name, events }: Topic, facts: Facts, strongFrom: number): string {
  const titles = [...new Set(events.map(({ id }) => cleaned(titleOf(facts.product(id))).replaceAll(';', ',') || id))].slice(-TITLES_TOLD)
  const strong = events.filter(({ strength }) => strength !== undefined && strength >= strongFrom).length
  const about = name === '' ? `other items ${times(events.length)}` : `"${name}" ${times(events.length)}`
  return `${about}${strong > 0 ? `, ${strong === events.length ? 'each time' : times(strong)} strongly` : ''} (${titles.join('; ')})`
}

function termSentence(opening: string, events: readonly Past[], facts: Facts, strongFrom: number): string[] {
  if (events.length === 0) return []
  const topics = topicsOf(events, facts).map((topic) => topicSentence(topic, facts, strongFrom))
  return [`${opening}, the user engaged with ${topics.join(', then with ')}.`]
}

/** Profile and history as sentences, the long term before the short. */
export function story({ row, facts, settings }: Case): string {
  const { long, short, isTimed } = termsOf(row, settings.historyLength)
  return [
    ...profileSentence(row),
    ...termSentence(isTimed ? 'Before the last 7 days' : 'Earlier', long, facts, settings.strongFrom),
    ...termSentence(isTimed ? 'Over the past 7 days' : 'Most recently', short, facts, settings.strongFrom),
  ].join('\n')
}

function profileSentence({ profile = {} }: Row): string[] {
  const told = profileParts(profile)
  return told.length === 0 ? [] : [`About the user: ${told.join('; ')}.`]
}

function profileParts(profile: Readonly<Record<string, string>>): string[] {
  return Object.entries(profile).map(([name, value]) => `${cleaned(name.replaceAll('_', ' '))}: ${cleaned(value)}`)
}

/** The same in as few words as small policies need: the profile, and titles by topic. */
export function compactStory({ row, facts, settings }: Case): string {
  const { long, short } = termsOf(row, settings.historyLength)
  const titles = (events: readonly Past[]): string => topicsOf(events, facts).flatMap((topic) => topic.events)
    .map(({ id }) => compactTitle(cleaned(titleOf(facts.product(id)))) || id).join('; ')
  return [
    ...(row.profile === undefined ? [] : [compactProfile(row.profile)]),
    ...(long.length === 0 ? [] : [`long ago: ${titles(long)}`]),
    ...(short.length === 0 ? [] : [`recently: ${titles(short)}`]),
  ].join('\n')
}

/** Words that stand before a value; age and gender speak for themselves. */
const COMPACT_NAMES: ReadonlyMap<string, string> = new Map([['age', ''], ['gender', ''], ['city_tier', 'tier '], ['interests', 'likes ']])

function compactProfile(profile: Readonly<Record<string, string>>): string {
  const before = (name: string): string => COMPACT_NAMES.get(name) ?? `${cleaned(name.replaceAll('_', ' '))} `
  return Object.entries(profile).map(([name, value]) => `${before(name)}${cleaned(value).toLowerCase()}`).join(' ')
}

/** An item of the compact frame: its title, and how many liked it. */
export function compactItem(product: Product | undefined): string {
  const likes = product?.numbers?.['likes']
  return `${compactTitle(cleaned(titleOf(product)))}${likes === undefined ? '' : `, ${likes} likes`}`
}

/** An item as text: title, beginning of its description, tags and statistics. */
export function itemLine(product: Product | undefined): string {
  if (product === undefined) return ''
  const description = cleaned(product.description).split(' ').slice(0, DESCRIPTION_WORDS).join(' ')
  const tags = (product.tags ?? []).map(cleaned).filter((tag) => tag !== '')
  const numbers = STATISTICS.flatMap((name) => {
    const value = product.numbers?.[name]
    return value === undefined ? [] : [`${name.replaceAll('_', ' ')} ${value}`]
  })
  const parts = [cleaned(product.title), description, tags.length === 0 ? '' : `tags: ${tags.join(', ')}`, numbers.join(', ')]
  return parts.filter((part) => part !== '').join(' | ')
}
