// Sequential recommendation by search: what somebody bought becomes query terms, in whose ranking the next purchase is looked for (Rec-R1 on Beauty).
import { BOOLEAN_RULE, QUERY_EXAMPLE, renderFrame } from '../prompt.ts'
import { parseEvaluation, parseTraining } from '../request.ts'
import { compactTitles, describeHistory, historyNeeds, historyRows, itemLines, taughtTitle, titlesOf } from './histories.ts'
import { textCompletion, withoutSeen } from './searching.ts'
import type { TaskSpec } from './task.ts'

export const sequential: TaskSpec = {
  name: 'sequential',
  title: 'Next purchase by search',
  version: 1,
  explanation: 'The policy reads what a person bought, oldest first, and writes query terms; the next purchase is looked for in their ranking.',
  source: 'linjc16/Rec-R1: src/dataset/amazon_review/inst/sparse (template rec-r1): titles alone, the last 10; '
    + 'the short frame is ours (template compact).',
  over: 'histories',
  answers: 'query',
  rows: historyRows,
  needs: historyNeeds,
  describe: describeHistory,
  prompt: ({ row, facts, settings }) => {
    const titles = titlesOf(row, facts, settings)
    return renderFrame({
      body: `You are an intelligent shopping assistant that helps predict what users may want to purchase next. Below is a list of items a user has \
purchased recently. Your task is to infer one or multiple kinds of products they may want to buy next, and generate relevant query terms that can be \
used to search for these potential products.
Below is the user purchase history:\n\`\`\`${itemLines(titles)}\`\`\``,
      rule: BOOLEAN_RULE, example: QUERY_EXAMPLE, short: `Bought: ${compactTitles(titles)}`,
    }, settings)
  },
  parse: ({ prompt, settings }, completion) => parseTraining(prompt, completion, settings),
  read: ({ prompt }, completion) => ({ text: parseEvaluation(prompt, completion) }),
  original: ({ row, facts, settings }) => ({ text: titlesOf(row, facts, settings).join(' ').trim() }),
  asks: ({ text }) => [text],
  rank: (_, [ranking], { row }, k) => withoutSeen(ranking?.ids ?? [], row.seen).slice(0, k),
  completion: (thought, answer, { settings }) => textCompletion(thought, answer, 'query', settings),
  label: ({ row, facts, settings }) => taughtTitle(facts.product(row.sequence?.[0] ?? ''), settings),
}
