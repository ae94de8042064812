// Closed-set generation: the policy orders a list of candidates (the re-ranking of Rec-R1's later version).
import type { Product } from '../dataset.ts'
import { gainOf } from '../metrics.ts'
import { renderFrame } from '../prompt.ts'
import { Stream } from '../random.ts'
import type { Settings } from '../settings.ts'
import { compactTitle, shortTitle } from './histories.ts'
import { listCompletion, parseIds, placesOf, rankedIds, readIds } from './lists.ts'
import type { Case, Row, TaskSpec } from './task.ts'

/** Words of a candidate that the long prompt tells; the release tells all, and cuts nothing. */
const WORDS_TOLD = 100

function metadata(product: Product | undefined): string {
  const told = [product?.title, product?.description].filter(Boolean).join(' ').split(/\s+/).filter((word) => word !== '')
  return told.length === 0 ? 'No metadata available' : told.slice(0, WORDS_TOLD).join(' ')
}

/** How many candidates the policy is asked to list. */
export function wantedCount({ row: { candidates = [] }, settings: { listLength } }: Pick<Case, 'row' | 'settings'>): number {
  return Math.min(listLength, candidates.length)
}

/** Titles of the compact frame with the numbers that answers name them by, one a line. */
function numbered({ row: { candidates = [] }, facts }: Pick<Case, 'row' | 'facts'>): string {
  return candidates.map((id, i) => `${i + 1} ${compactTitle(facts.product(id)?.title ?? '') || id}`).join('\n')
}

/** The judged products of a query, each once, in an order that tells nothing: files often list what is relevant first. */
function judgedOf(row: Row, { seed }: Settings, key: number): readonly string[] {
  return new Stream(seed, 'given candidates', key).shuffle([...new Set(row.judgements.map(({ productId }) => productId))])
}

export const rerank: TaskSpec = {
  name: 'rerank',
  title: 'Re-ranking',
  version: 1,
  explanation: 'The policy orders a short list of products for a query; products that it does not name are not ranked.',
  source: 'linjc16/Rec-R1 at 1a8ccd3, src/dataset/Reranker (template rec-r1). Deviations: descriptions are cut at 100 words; where listLength is '
    + 'below the number of candidates only so many are asked for; a list that is no permutation keeps its format, and duplicates and strangers '
    + 'have penalties of their own; "items" and numbers are read beside "reranked_items" and "Item_4". The short frame is ours (template compact).',
  over: 'queries',
  answers: 'ids',
  rows: ({ queries }, settings) => (settings.candidates === 'given'
    ? queries.map((row: Row, key) => ({ ...row, candidates: row.candidates ?? judgedOf(row, settings, key) })) : queries),
  pool: ({ candidates, candidateCount }) => (candidates === 'given'
    ? undefined : { query: ({ text }) => text, size: candidateCount, by: candidates, withTargets: candidates === 'random' }),
  needs: ({ candidates = [] }) => candidates,
  describe: ({ text }) => text,
  prompt: (about) => {
    const { row: { text, candidates = [] }, facts, settings } = about
    const told = candidates.map((id, i) => `Item_${i + 1}: , ${metadata(facts.product(id))}`).join('\n\n')
    const count = wantedCount(about)
    const length = count === candidates.length ? 'The length of the reranked list should match the number of input candidates.'
      : `The reranked list should hold the ${count} most relevant of them.`
    return renderFrame({
      body: `You are an expert in product reranking. \nGiven a customer query and a list of candidate products, \nyour task is to rerank the \
products so that the most relevant items to the query are placed at the top. \nConsider semantic meaning, product attributes, and customer intent.\n
Below are the candidate products (item_id and metadata):\n\`\`\`${told}\`\`\`\n\nBelow is the query:\n\`\`\`${text}\`\`\`\n------\n`,
      rule: `The output JSON should contain the reranked list of item_ids in order of relevance. ${length}\n`, isBroken: true,
      example: '{\n    "reranked_items": ["Item_4", "Item_8", "Item_x", ..., all candidate item_ids in order]\n}',
      short: `Order for: ${shortTitle(text)}\n${numbered(about)}`,
    }, settings)
  },
  parse: parseIds,
  read: readIds,
  original: ({ row: { candidates = [] } }) => ({ text: candidates.map((_, i) => i + 1).join(', '), items: candidates }),
  asks: () => [],
  rank: (reading, _, about, k) => rankedIds(reading, about, k),
  completion: (thought, answer, about) => {
    const places = placesOf(answer, about)
    if (about.settings.template === 'compact') return listCompletion(thought, places, about.settings)
    return listCompletion(thought, places.map((place) => `Item_${place}`), about.settings, 'reranked_items')
  },
  label: (about) => {
    const { row: { judgements, candidates = [] }, settings: { gains } } = about
    const gain = new Map<string, number>()
    for (const judgement of judgements) gain.set(judgement.productId, Math.max(gain.get(judgement.productId) ?? 0, gainOf(judgement, gains)))
    if (!candidates.some((id) => (gain.get(id) ?? 0) > 0)) return undefined
    return candidates.toSorted((a, b) => (gain.get(b) ?? 0) - (gain.get(a) ?? 0)).slice(0, wantedCount(about))
  },
}
