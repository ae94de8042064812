// Open-set generation: the policy names what somebody might buy next, and the recommender finds the product that each name means.
import { renderFrame } from '../prompt.ts'
import type { Ranking } from '../recommender.ts'
import { compactTitles, describeHistory, historyNeeds, historyRows, itemLines, taughtTitle, titlesOf } from './histories.ts'
import { lenientNames, listCompletion, namesOf, strictEntries } from './lists.ts'
import type { Reading, TaskSpec } from './task.ts'

/** The names that are matched: no more than were asked for, so that no answer costs a thousand searches. */
function matched({ items = [] }: Reading, listLength: number): readonly string[] {
  return items.slice(0, listLength)
}

/**
 * One ranking of several: the best hit of each name in the names' order, then the second best of each, and so on; a product stands where it first
 * came. Round robin is the fusion that takes each name for one wish of its own.
 */
export function roundRobin(rankings: readonly Pick<Ranking, 'ids'>[], k: number, seen: ReadonlySet<string> = new Set()): string[] {
  const found = new Set<string>()
  const depth = Math.max(0, ...rankings.map(({ ids }) => ids.length))
  for (let at = 0; at < depth && found.size < k; at++) {
    for (const { ids } of rankings) {
      const id = ids[at]
      if (id !== undefined && !seen.has(id) && found.size < k) found.add(id)
    }
  }
  return [...found]
}

export const openSet: TaskSpec = {
  name: 'open-set',
  title: 'Naming items',
  version: 1,
  explanation: 'The policy names products that a person may want next; the recommender matches each name to the catalogue, '
    + 'and the matches are one ranking.',
  source: 'Ours, in the released frame (template rec-r1) or a short one (template compact): the paper names the task, and no prompt was released.',
  over: 'histories',
  answers: 'names',
  rows: historyRows,
  needs: historyNeeds,
  describe: describeHistory,
  prompt: ({ row, facts, settings }) => {
    const titles = titlesOf(row, facts, settings)
    return renderFrame({
      body: `You know a shop well. Below is what a customer bought, oldest first. Name ${settings.listLength} products of the shop that the customer \
is likely to buy next, the likeliest first, by names as they would stand in its catalogue.
Below is the purchase history:\n\`\`\`${itemLines(titles)}\`\`\``,
      rule: '', example: '{\n    "items": ["xxx", "yyy"]\n}', short: `Next for: ${compactTitles(titles)}`,
    }, settings)
  },
  parse: (asked, completion) => {
    const entries = strictEntries(asked, completion)
    if ('reason' in entries) return entries
    const items = namesOf(entries)
    return items.length === 0 ? { kind: 'unusable', reason: 'the list holds no names' } : { kind: 'query', query: items.join('; '), items }
  },
  read: (asked, completion) => {
    const items = lenientNames(asked, completion)
    return { text: items.join('; '), items }
  },
  original: ({ row, facts, settings }) => {
    const items = titlesOf(row, facts, settings).filter((title) => title !== '').toReversed()
    return { text: items.join('; '), items }
  },
  asks: (reading, { settings: { listLength } }) => matched(reading, listLength),
  rank: (_, rankings, { row }, k) => roundRobin(rankings, k, row.seen),
  completion: (thought, answer, { settings }) => {
    const names = typeof answer === 'string' ? answer.split(/[;\n]/).map((name) => name.trim()) : answer
    return listCompletion(thought, names, settings)
  },
  label: ({ row, facts, settings }) => {
    const names = (row.sequence ?? []).flatMap((id) => taughtTitle(facts.product(id), settings) ?? [])
    return names.length === 0 ? undefined : names.slice(0, settings.listLength)
  },
}
