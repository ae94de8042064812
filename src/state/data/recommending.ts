// What a person sees and changes of the recommender: the settings that matter for the chosen one.
import type { LexicalSpec, RecommenderSpec } from '../../domain/recommender.ts'
import type { SettingName, Settings } from '../../domain/settings.ts'

export { MINISEARCH_LIMIT } from '../../client/opened.ts'
export type { Explanation, ServerCounts, TermShare } from '../../client/opened.ts'

const LEXICAL = ['analyzer', 'queryMode', 'k1', 'b', 'titleWeight', 'descriptionWeight', 'bulletsWeight', 'brandWeight', 'colorWeight'] as const
const DENSE = ['encoder', 'pooling', 'queryPrefix', 'productPrefix'] as const
const HTTP = ['httpEngine', 'httpUrl', 'httpTemplate', 'httpIdField', 'httpConcurrency', 'httpTimeout', 'httpRetries'] as const
const HYBRID = ['hybridParts', 'hybridFusion', 'rrfConstant', 'hybridWeights', 'hybridDepth'] as const

function ofPart(kind: Exclude<RecommenderSpec['kind'], 'hybrid'>, { httpEngine }: Settings): readonly SettingName[] {
  if (kind === 'dense') return DENSE
  if (kind !== 'http') return LEXICAL
  return httpEngine === 'json' ? HTTP.filter((name) => name !== 'httpTemplate' && name !== 'httpIdField') : HTTP
}

/** Names of the settings that decide rankings of the recommender that `settings` choose, in the order in which they are read. */
export function recommenderSettings(settings: Settings): readonly SettingName[] {
  if (settings.recommender !== 'hybrid') return ['recommender', ...ofPart(settings.recommender, settings), 'mode']
  const own = HYBRID.filter((name) => name !== 'rrfConstant' || settings.hybridFusion === 'rrf')
  const parts = partKinds(settings).flatMap((kind) => ofPart(kind, settings))
  return ['recommender', ...own, ...new Set(parts), 'mode']
}

/** What ranks, by itself or as parts of a hybrid; the parts' names as they are written, where they don't fit together yet. */
export function partKinds(settings: Settings): readonly Exclude<RecommenderSpec['kind'], 'hybrid'>[] {
  const { recommender, hybridParts } = settings
  if (recommender !== 'hybrid') return [recommender]
  const names = ['minisearch', 'bm25', 'lucene', 'dense', 'http'] as const
  return hybridParts === 'all' ? names : names.filter((name) => hybridParts.split(',').some((part) => part.trim() === name))
}

const WORDS = { plain: 'plain words', lucene: 'Lucene’s English words' } as const

function lexicalLines({ kind, analyzer, k1, b, weights, query }: LexicalSpec): readonly string[] {
  const searched = Object.entries(weights).filter(([, weight]) => weight > 0)
  const alike = searched.every(([, weight]) => weight === searched[0]![1])
  const named = searched.map(([field, weight]) => (kind === 'lucene' || alike ? field : `${field} ${weight}`)).join(', ')
  const all = searched.length === Object.keys(weights).length
  const fields = all && kind === 'lucene' ? 'all fields' : all && alike ? `all fields weigh ${searched[0]![1]}` : named
  return [
    [WORDS[analyzer], query === 'boolean' ? 'Boolean queries' : 'bag of words'].join(' · '),
    [`k1 ${k1}`, `b ${b}`, kind === 'lucene' ? `${fields} as one text` : fields].join(' · '),
  ]
}

/** The recommender in a few short lines, whatever decides its rankings first. */
export function specLines(spec: RecommenderSpec): readonly string[] {
  switch (spec.kind) {
    case 'dense': return [`${spec.model} · ${spec.pooling === 'cls' ? 'first token' : 'mean of tokens'}`]
    case 'http': return [`${spec.engine} at ${spec.url}`]
    case 'hybrid': {
      const parts = spec.parts.map(({ kind }, at) => (spec.fusion === 'weighted' ? `${spec.weights[at]} × ${kind}` : kind)).join(' + ')
      const fusion = spec.fusion === 'rrf' ? `reciprocal ranks, constant ${spec.rrfConstant}` : 'weighted scores'
      return [parts, `${fusion} · depth ${spec.depth}`]
    }
    default: return lexicalLines(spec)
  }
}
