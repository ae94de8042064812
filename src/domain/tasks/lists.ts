// Answers that are lists: how they are read, strictly and leniently, and which candidates their entries name.
import { renderAnswer } from '../prompt.ts'
import { lenientAnswer, readJson, strictAnswer, type Request } from '../request.ts'
import type { Settings } from '../settings.ts'
import type { Asked, Case, Facts, Reading } from './task.ts'

/** Beyond this many entries an answer is no list: a hostile one could hold a million. */
const MOST_ENTRIES = 1000
/** A longer entry is cut: no name or title is so long. */
const LONGEST_ENTRY = 1000

/** A list without JSON is read so far; a longer one is none. */
const MOST_READ = 100_000

/** Keys of the list; the second is that of the released re-ranking prompt. */
const KEYS = ['items', 'reranked_items'] as const

type Entry = string | number

type Fault = Extract<Request, { readonly reason: string }>

/** The entries of a strictly read answer, or what is wrong with it: JSON with a list of numbers and texts, or bare entries in plain answers. */
export function strictEntries({ prompt, settings }: Pick<Asked, 'prompt' | 'settings'>, completion: string): readonly Entry[] | Fault {
  const answer = strictAnswer(prompt, completion, settings.mode)
  if (typeof answer !== 'string') return answer
  const isPlain = settings.answerForm === 'plain'
  if (isPlain && answer.length > MOST_READ) return { kind: 'malformed', reason: `the list has ${answer.length} letters, more than ${MOST_READ}` }
  const list = isPlain ? entriesOfText(answer) : listIn(readJson(answer))
  if ('reason' in list) return list
  if (list.length === 0) return { kind: 'unusable', reason: 'the list is empty' }
  if (list.length > MOST_ENTRIES) return { kind: 'malformed', reason: `the list has ${list.length} items, more than ${MOST_ENTRIES}` }
  const strange = list.findIndex((entry) => !isEntry(entry))
  return strange < 0 ? (list as Entry[]).map(cut) : { kind: 'malformed', reason: `item ${strange + 1} is neither text nor number` }
}

function isEntry(entry: unknown): entry is Entry {
  return typeof entry === 'string' || (typeof entry === 'number' && Number.isFinite(entry))
}

const cut = (entry: Entry): Entry => (typeof entry === 'string' ? entry.slice(0, LONGEST_ENTRY) : entry)

function listIn(json: ReturnType<typeof readJson>): readonly unknown[] | Fault {
  if (json === undefined) return { kind: 'malformed', reason: 'the answer is not JSON' }
  const { value } = json
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'malformed', reason: 'the answer is JSON, but no object' }
  const key = KEYS.find((each) => Object.hasOwn(value, each))
  if (key === undefined) return { kind: 'malformed', reason: 'the answer holds no items' }
  const list = (value as Readonly<Record<string, unknown>>)[key]
  return Array.isArray(list) ? list as readonly unknown[] : { kind: 'malformed', reason: 'the items are no list' }
}

/** A list as people write it: entries at line ends, semicolons and commas, without bullets, numbers before names, and quotes. */
function entriesOfText(text: string): string[] {
  const parts = /[\n;]/.test(text) ? text.split(/[\n;]/) : text.split(',')
  return parts.map(bare).filter((entry) => entry !== '')
}

function bare(entry: string): string {
  return entry.trim().replace(/^(?:[-*•]|\d{1,4}[.)])\s+/, '').replace(/^["'“”‘’[{(]+/, '').replace(/["'“”‘’\]}),]{1,20}$/, '').trim()
}

/** What an answer lists, read leniently: JSON with a list, a bare JSON list, else undefined with the text that was read. Thoughts are left out. */
function lenientList({ prompt }: Pick<Asked, 'prompt'>, completion: string): { readonly list?: readonly Entry[]; readonly text: string } {
  const { text, isTagged } = lenientAnswer(prompt, completion)
  const end = isTagged ? -1 : completion.lastIndexOf('</think>')
  const said = end < 0 ? text : completion.slice(end + '</think>'.length).replaceAll(/<\/?answer>|<\|[a-z_]{1,40}\|>/g, ' ').trim()
  const json = readJson(said)
  const list = Array.isArray(json?.value) ? json.value as readonly unknown[] : listIn(json)
  if ('reason' in list) return { text: said }
  return { list: list.filter(isEntry).slice(0, MOST_ENTRIES).map(cut), text: said }
}

/** The names that an answer lists, read leniently. */
export function lenientNames(asked: Pick<Asked, 'prompt'>, completion: string): readonly string[] {
  const { list, text } = lenientList(asked, completion)
  if (list !== undefined) return namesOf(list)
  // of a list that is no JSON, or was cut, what stands in quotes after its bracket
  const said = text.slice(0, MOST_READ)
  const open = said.indexOf('[')
  const quoted = open < 0 ? [] : Array.from(said.slice(open).matchAll(/"([^"\n]{1,1000})"/g), ([, name]) => name!)
  return namesOf(quoted.length > 0 ? quoted : entriesOfText(said)).slice(0, MOST_ENTRIES)
}

/** Entries as names: trimmed, none empty. */
export function namesOf(entries: readonly Entry[]): string[] {
  return entries.map((entry) => String(entry).trim()).filter((name) => name !== '')
}


/**
 * Entries as ids of candidates. A number is a place in the list of the prompt, from 1. A text is an id, else an exact title, else a number ("3", and
 * "Item_3" as the released prompt has it). What names no candidate stays as it was written: a stranger, for the penalties to count.
 */
export function idsOf(entries: readonly Entry[], { row: { candidates = [] }, facts }: Pick<Case, 'row' | 'facts'>): string[] {
  const ids = new Set(candidates)
  let byTitle: Map<string, string> | undefined
  return entries.map((entry) => {
    if (typeof entry === 'number') return candidates[entry - 1] ?? String(entry)
    const text = entry.trim()
    if (ids.has(text)) return text
    byTitle ??= titles(candidates, facts)
    const named = byTitle.get(text)
    if (named !== undefined) return named
    const place = /^(?:Item_)?(\d{1,6})$/.exec(text)
    return (place === null ? undefined : candidates[Number(place[1]) - 1]) ?? text
  })
}

/** The first candidate of each title. */
function titles(candidates: readonly string[], facts: Facts): Map<string, string> {
  const byTitle = new Map<string, string>()
  for (const id of candidates) {
    const title = facts.product(id)?.title.trim() ?? ''
    if (title !== '' && !byTitle.has(title)) byTitle.set(title, id)
  }
  return byTitle
}

/** Strictly read candidates. */
export function parseIds(asked: Asked, completion: string): Request {
  const entries = strictEntries(asked, completion)
  return 'reason' in entries ? entries : { kind: 'query', query: entries.join(', '), items: idsOf(entries, asked) }
}

/** Leniently read candidates: those of its JSON, else every number in it, in its order. */
export function readIds(asked: Asked, completion: string): Reading {
  const { list, text } = lenientList(asked, completion)
  const entries = list ?? Array.from(text.slice(0, MOST_READ).matchAll(/\d{1,6}/g), ([digits]) => Number(digits)).slice(0, MOST_ENTRIES)
  return { text: entries.join(', '), items: idsOf(entries, asked) }
}

/** The candidates that an answer names, each once, in its order; those that it doesn't name are not ranked, and do not follow. */
export function rankedIds({ items = [] }: Reading, { row: { candidates = [] } }: Pick<Case, 'row'>, k: number): string[] {
  const pool = new Set(candidates)
  return [...new Set(items)].filter((id) => pool.has(id)).slice(0, k)
}

/** A completion whose answer is a list of entries, as JSON or bare. */
export function listCompletion(thought: string, entries: readonly Entry[], settings: Settings, key: (typeof KEYS)[number] = 'items'): string {
  const { template, answerForm, thinking } = settings
  if (answerForm === 'plain') return renderAnswer(thought, entries.join(entries.every((entry) => typeof entry === 'number') ? ', ' : '\n'), thinking)
  if (template !== 'compact') return renderAnswer(thought, `{"${key}": [${entries.map((entry) => JSON.stringify(entry)).join(', ')}]}`, thinking)
  // a text begins with a space, so that its first word is made of the same tokens as in the prompt; before a number it would be one more token
  const spaced = entries.map((entry) => JSON.stringify(typeof entry === 'string' && !entry.startsWith(' ') ? ` ${entry}` : entry))
  return renderAnswer(thought, `{"${key}": [${spaced.join(',')}]}`, thinking)
}

/** An answer of ids as the numbers of the prompt; a text is read as a list of numbers, ids or titles. */
export function placesOf(answer: string | readonly string[], about: Case): number[] {
  const { candidates = [] } = about.row
  const ids = idsOf(typeof answer === 'string' ? entriesOfText(answer) : answer, about)
  return ids.map((id) => candidates.indexOf(id) + 1).filter((place) => place > 0)
}
