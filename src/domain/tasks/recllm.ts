// RecLLM-R1's recommendation: who somebody is and what they did, in sentences, and a pool of items; a rationale, then the items that come next.
import type { Product } from '../dataset.ts'
import { renderFrame } from '../prompt.ts'
import { describeHistory, pastNeeds, titleOf } from './histories.ts'
import { listCompletion, parseIds, placesOf, rankedIds, readIds } from './lists.ts'
import { engagementRows } from './engagements.ts'
import { compactItem, compactStory, itemLine, story } from './stories.ts'
import { wantedCount } from './rerank.ts'
import type { Case, TaskSpec } from './task.ts'

/** The pool with the numbers that answers name its items by, one a line. */
function poolOf({ row: { candidates = [] }, facts }: Case, line: (product: Product | undefined) => string): string {
  return candidates.map((id, i) => `${i + 1} ${line(facts.product(id)) || id}`).join('\n')
}

export const recllm: TaskSpec = {
  name: 'recllm',
  title: 'Reasoned lists',
  version: 1,
  explanation: 'The policy reads a person’s profile and history in sentences and a pool of items, gives its reasons, '
    + 'and lists what the person will engage with, in order.',
  source: 'RecLLM-R1: the paper prints no prompt, so the words are ours, in the released frame of Rec-R1 (template rec-r1) '
    + 'or a short one (template compact).',
  over: 'histories',
  answers: 'ids',
  rows: engagementRows,
  pool: ({ candidates, candidateCount }) => ({
    query: (row, facts) => (row.history ?? []).slice(-10).map(({ id }) => titleOf(facts.product(id))).join(' ').trim(),
    size: candidateCount, by: candidates === 'recommender' ? 'recommender' : 'random', withTargets: true,
  }),
  needs: (row, settings) => [...pastNeeds(row, settings), ...row.candidates ?? []],
  describe: describeHistory,
  prompt: (about) => {
    const count = wantedCount(about)
    return renderFrame({
      body: `You recommend items to a user. Below is what is known of the user, what the user engaged with, and a numbered pool of items.
${story(about)}
The pool:\n\`\`\`${poolOf(about, itemLine)}\`\`\`
List the ${count} items of the pool that the user is most likely to engage with from now on, in the order in which that will happen, each once, \
by their numbers.`,
      rule: '', example: '{\n    "items": [3, 1, 2]\n}',
      short: [compactStory(about), poolOf(about, compactItem)].filter((part) => part !== '').join('\n'),
    }, about.settings)
  },
  parse: parseIds,
  read: readIds,
  original: ({ row: { candidates = [] } }) => ({ text: candidates.map((_, i) => i + 1).join(', '), items: candidates }),
  asks: () => [],
  rank: (reading, _, about, k) => rankedIds(reading, about, k),
  completion: (thought, answer, about) => listCompletion(thought, placesOf(answer, about), about.settings),
  // the labels in their order, then the rest of the pool in its own, so that the list has the length that is asked for
  label: (about) => {
    const { row: { sequence = [], candidates = [] } } = about
    const labels = sequence.filter((id) => candidates.includes(id))
    return labels.length === 0 ? undefined : [...new Set([...labels, ...candidates])].slice(0, wantedCount(about))
  },
}
