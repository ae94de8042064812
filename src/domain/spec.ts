// What the settings say of the recommender, as the plain data that opens one and keys its cache.
import { numbersOf } from './freeText.ts'
import type { DenseSpec, HttpSpec, LexicalSpec, RecommenderSpec } from './recommender.ts'
import { HYBRID_PARTS, type Settings } from './settings.ts'

type Part = (typeof HYBRID_PARTS)[number]

/** Length normalisation that each scoring comes with: MiniSearch's own, and Robertson's, which is also Lucene's. */
const OWN_B: Readonly<Record<LexicalSpec['kind'], number>> = { minisearch: 0.7, bm25: 0.75, lucene: 0.75 }

/**
 * The recommender that `settings` ask for. Throws a sentence where settings that are right one by one don't fit together: a hybrid
 * of one part, weights that are not as many as the parts, a lexical scoring without a field, an encoder without a name.
 */
export function specOf(settings: Settings): RecommenderSpec {
  const { recommender } = settings
  if (recommender !== 'hybrid') return partOf(recommender, settings)
  const { hybridParts, hybridWeights, hybridFusion: fusion, hybridDepth: depth, rrfConstant } = settings
  const names = hybridParts === 'all' ? [...HYBRID_PARTS] : hybridParts.split(',').map((name) => name.trim() as Part)
  if (names.length < 2) throw new Error(`setting hybridParts is "${hybridParts}"; name at least 2 parts, or set recommender to ${names[0]}`)
  const weights = hybridWeights === '' ? names.map(() => 1) : numbersOf(hybridWeights)
  if (weights.length !== names.length) {
    const parts = `${names.length} hybridParts (${names.join(',')})`
    throw new Error(`setting hybridWeights holds ${weights.length} numbers for ${parts}; give as many, or none`)
  }
  if (weights.some((weight) => weight < 0) || weights.every((weight) => weight === 0)) {
    throw new Error(`setting hybridWeights is "${hybridWeights}"; give no part a weight below 0, and one at least a weight above`)
  }
  return { kind: 'hybrid', parts: names.map((name) => partOf(name, settings)), fusion, rrfConstant, weights, depth }
}

function partOf(name: Part, settings: Settings): LexicalSpec | DenseSpec | HttpSpec {
  switch (name) {
    case 'dense': return denseOf(settings)
    case 'http': return httpOf(settings)
    default: return lexicalOf(name, settings)
  }
}

function lexicalOf(kind: LexicalSpec['kind'], settings: Settings): LexicalSpec {
  const { analyzer, k1, b, queryMode: query } = settings
  const { titleWeight: title, descriptionWeight: description, bulletsWeight: bullets, brandWeight: brand, colorWeight: color } = settings
  const weights = { title, description, bullets, brand, color }
  if (Object.values(weights).every((weight) => weight === 0)) {
    throw new Error('settings titleWeight to colorWeight are all 0; give at least one field a weight above 0')
  }
  const own = kind === 'lucene' ? 'lucene' : 'plain'
  return { kind, analyzer: analyzer === 'auto' ? own : analyzer, k1, b: b < 0 ? OWN_B[kind] : b, weights, query }
}

function denseOf({ encoder, pooling, queryPrefix, productPrefix }: Settings): DenseSpec {
  if (encoder.trim() === '') throw new Error('setting encoder is empty; give sample, an id of the model hub, or the name of a dropped folder')
  return { kind: 'dense', model: encoder.trim(), pooling, queryPrefix, productPrefix }
}

function httpOf(settings: Settings): HttpSpec {
  const { httpEngine: engine, httpUrl: url } = settings
  const { httpIdField, httpConcurrency: concurrency, httpTimeout: timeoutMs, httpRetries: retries } = settings
  // the plain contract knows neither: what they are set to decides nothing, and must not look as if it did
  const [template, idField] = engine === 'json' ? ['', '_id'] : [settings.httpTemplate, httpIdField.trim() || '_id']
  return { kind: 'http', engine, url, template, idField, concurrency, timeoutMs, retries }
}
