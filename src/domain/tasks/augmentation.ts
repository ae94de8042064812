// Feature augmentation: the policy writes what a frozen recommender reads beside its usual input, and the recommender's own measure is the reward.
import { renderFrame, type Wording } from '../prompt.ts'
import { parseEvaluation, parseTraining } from '../request.ts'
import type { Settings } from '../settings.ts'
import {
  compactTitle, compactTitles, describeHistory, historyNeeds, historyRows, itemLines, taughtTitle, titleOf, titlesOf, toldOf,
} from './histories.ts'
import { textCompletion, withoutSeen } from './searching.ts'
import type { Case, TaskSpec } from './task.ts'

const KEYS = { user: 'profile', item: 'text' } as const satisfies Record<Settings['augment'], string>

function wordingOf({ row, facts, settings }: Case): Wording {
  const titles = titlesOf(row, facts, settings)
  if (settings.augment === 'user') {
    return {
      body: `You write customer profiles for a recommender. Below is what a customer bought, oldest first. Describe in a few words what this \
customer is interested in and will need next, so that a recommender that reads your profile beside the purchases finds the next one.
Below is the purchase history:\n\`\`\`${itemLines(titles)}\`\`\``,
      rule: '', example: '{\n    "profile": xxx\n}', short: `Profile of: ${compactTitles(titles)}`,
    }
  }
  const last = facts.product(toldOf(row, settings).at(-1)?.id ?? '')
  const { category, tags } = last ?? {}
  const filed = [...(category === undefined ? [] : [`Category: ${category}`]), ...(tags === undefined ? [] : [`Tags: ${tags.join(', ')}`])]
  return {
    body: `You write product texts for a recommender. Below is a product that a customer has just bought. Describe in a few words what goes with it: \
what people who have it need besides, or buy next. A recommender reads your text beside the purchases.
Below is the product:\n\`\`\`${[titleOf(last), ...filed].join('\n').trim()}\`\`\``,
    rule: '', example: '{\n    "text": xxx\n}', short: `Goes with: ${compactTitle(titleOf(last))}`,
  }
}

/**
 * The frozen recommender stands behind both kinds: its usual input is the history's titles as one text, and what the policy wrote is put after them.
 * `user`: a profile of the person, made of the whole history. `item`: a text of the last item alone, as a catalogue would hold it, which knows
 * nothing of the person; the recommender meets it wherever that item is the last of a history.
 */
export const augmentation: TaskSpec = {
  name: 'augmentation',
  title: 'Feature augmentation',
  version: 1,
  explanation: 'The policy writes a profile of a person, or what goes with an item; a frozen recommender reads it beside the titles of the history.',
  source: 'Ours, in the released frame (template rec-r1) or a short one (template compact): the paper names the task, and no prompt was released.',
  over: 'histories',
  answers: 'text',
  rows: historyRows,
  needs: historyNeeds,
  describe: describeHistory,
  prompt: (about) => renderFrame(wordingOf(about), about.settings),
  parse: ({ prompt, settings }, completion) => parseTraining(prompt, completion, settings, KEYS[settings.augment]),
  read: ({ prompt, settings }, completion) => ({ text: parseEvaluation(prompt, completion, KEYS[settings.augment]) }),
  original: () => ({ text: '' }),
  asks: ({ text }, { row, facts, settings }) => {
    const parts = [...titlesOf(row, facts, settings), text].map((part) => part.trim())
    return [parts.filter((part) => part !== '').join(' ')]
  },
  rank: (_, [ranking], { row }, k) => withoutSeen(ranking?.ids ?? [], row.seen).slice(0, k),
  completion: (thought, answer, { settings }) => textCompletion(thought, answer, KEYS[settings.augment], settings),
  label: ({ row, facts, settings }) => taughtTitle(facts.product(row.sequence?.[0] ?? ''), settings),
}
