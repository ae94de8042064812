// Rows of RecLLM-R1: a history window, and the strong engagements that came after it, strictly by time.
import type { Dataset, Split, UserHistory } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { timeCuts } from '../splits.ts'
import { hasSplit, historyRow, pastOf, rowNames, someUsers, unsplit } from './histories.ts'
import type { Past, Row } from './task.ts'

/** The paper drops users with fewer interactions. */
const FEWEST_INTERACTIONS = 5

/** A stretch of somebody's events: the history is all before `from`, the labels are the strong ones up to `to`. */
interface Window {
  readonly split: Split
  readonly from: number
  readonly to: number
}

/**
 * Users of five interactions or more, oldest first. Without a split of the files, the last events of each, up to the last strong one, are the
 * test's labels and those before them training's: as many as a list has, but at most a third of the history each, so that as much stands before.
 * By time, one instant parts all users: labels of training happen between 60 % and 80 % of all events, of validation up to 90 %, of the test after
 * that. Ready histories have the one label that their file names; of people whose file says where they belong, the last events are the labels of
 * that split. Throws where no label is left.
 */
export function engagementRows({ name, users = [] }: Dataset, settings: Settings): Row[] {
  someUsers(name, users, settings.task)
  const long = users.filter((user) => user.items.length + (user.next === undefined ? 0 : 1) >= FEWEST_INTERACTIONS)
  if (long.length === 0) {
    const none = `none of ${users.length} users of ${name} has ${FEWEST_INTERACTIONS} interactions, the fewest of task recllm`
    throw new Error(`${none}; open longer histories, or set task=sequential`)
  }
  const isReady = users.some(({ next }) => next !== undefined)
  const { historySplit, listLength } = settings
  const isSplit = users.some(hasSplit)
  if (historySplit === 'files' && !isReady && !isSplit) throw unsplit(name, users)
  const rows = historySplit === 'files' || (historySplit === 'auto' && (isReady || isSplit))
    ? [...readyRows(long, settings), ...windowRows(long.filter(hasSplit), settings, ({ length }, { split }) => lastWindow(length, listLength, split!))]
    : windowRows(long, settings, historySplit === 'time' ? byTime(long) : ({ length }) => lastOut(length, listLength))
  if (rows.length > 0) return rows
  const strongest = long.reduce((most, { strengths = [] }) => strengths.reduce((own, strength) => Math.max(own, strength), most), -Infinity)
  const none = `no later engagement in ${name} has a strength of ${settings.strongFrom} or more (strongFrom)`
  throw new Error(`${none}; the strongest has ${strongest}: lower strongFrom`)
}

function readyRows(users: readonly UserHistory[], settings: Settings): Row[] {
  const nameOf = rowNames()
  return users.flatMap((user) => {
    if (user.next === undefined) return []
    const { target, split = 'test' } = user.next
    const at = user.items.length
    return [historyRow({ id: nameOf(user.userId, at), user, past: pastOf(user), at, split, targets: [target], settings })]
  })
}

type Windows = (past: readonly Past[], user: UserHistory) => readonly Window[]

function windowRows(users: readonly UserHistory[], settings: Settings, windowsOf: Windows): Row[] {
  const nameOf = rowNames()
  return users.flatMap((user) => {
    if (user.next !== undefined) return []
    const ordered = inOrder(user)
    const past = pastOf(ordered)
    // what follows the last strong engagement labels nothing
    const told = past.slice(0, past.findLastIndex((event) => isStrong(event, settings)) + 1)
    return windowsOf(told, user).flatMap(({ split, from, to }) => {
      const targets = from > 0 ? labelsOf(told, from, to, settings) : []
      return targets.length === 0 ? [] : [historyRow({ id: nameOf(user.userId, from), user: ordered, past, at: from, split, targets, settings })]
    })
  })
}

const isStrong = ({ strength }: Past, { strongFrom }: Settings): boolean => (strength ?? Infinity) >= strongFrom

/** Strictly by time; events of one instant, and those without times, keep the files' order. */
function inOrder(user: UserHistory): UserHistory {
  const { items, times, strengths } = user
  if (times === undefined || times.every((time, i) => i === 0 || times[i - 1]! <= time)) return user
  const order = items.map((_, i) => i).toSorted((a, b) => times[a]! - times[b]!)
  return {
    ...user, items: order.map((i) => items[i]!), times: order.map((i) => times[i]!),
    ...(strengths === undefined ? {} : { strengths: order.map((i) => strengths[i]!) }),
  }
}

/** Strong engagements in the order in which they came, each item once. */
function labelsOf(past: readonly Past[], from: number, to: number, settings: Settings): string[] {
  const had = settings.seenItems === 'removed' ? new Set(past.slice(0, from).map(({ id }) => id)) : new Set<string>()
  const strong = past.slice(from, to).filter((event) => isStrong(event, settings) && !had.has(event.id))
  return [...new Set(strong.map(({ id }) => id))]
}

/** Labels of a window: as many events as a list has, at most a third of the history. */
const widthOf = (size: number, listLength: number): number => Math.max(1, Math.min(listLength, Math.floor(size / 3)))

function lastOut(size: number, listLength: number): Window[] {
  const width = widthOf(size, listLength)
  return [{ split: 'train', from: size - 2 * width, to: size - width }, { split: 'test', from: size - width, to: size }]
}

function lastWindow(size: number, listLength: number, split: Split): Window[] {
  return [{ split, from: size - widthOf(size, listLength), to: size }]
}

function byTime(users: readonly UserHistory[]): (past: readonly Past[]) => Window[] {
  const cuts = [...timeCuts(users, [0.6, 0.8, 0.9]), Infinity]
  return (past) => (['train', 'validation', 'test'] as const).map((split, i) => {
    const before = (cut: number): number => past.findLastIndex(({ time }) => time !== undefined && time < cut) + 1
    return { split, from: before(cuts[i]!), to: before(cuts[i + 1]!) }
  })
}
