// Elasticsearch and OpenSearch: one search, or several as lines of JSON; the parts that the two have in common.
import { FIELDS, type HttpSpec } from '../../../src/domain/recommender.ts'
import { fillTemplate } from '../../../src/domain/template.ts'
import { alone, checkedRanking, fail, isObject, malformed, type Answer, type Fields } from './answer.ts'
import type { Exchange } from './dialects.ts'
import { isPassing, remedyOf } from './status.ts'

/** All fields count alike, and the best one decides (multi_match's default). */
const USUAL = JSON.stringify({ query: { multi_match: { query: '{{query}}', fields: FIELDS } } })

/** The index's address with a procedure in the end: `http://host:9200/products` and `_search`. What the query string says stays. */
function addressOf(text: string, procedure: '_search' | '_msearch'): string {
  const url = new URL(text)
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/_m?search$/, '')}/${procedure}`
  return url.href
}

/** The template filled in; depth, what is sent of a document and exact totals are set where the template leaves them open. */
function bodyOf({ template, idField }: HttpSpec, query: string, k: number): string {
  const body = JSON.parse(fillTemplate(template === '' ? USUAL : template, query, k)) as Fields
  const document = '_source' in body || 'fields' in body ? {} : { _source: idField === '_id' ? false : [idField] }
  return JSON.stringify({ size: k, track_total_hits: false, ...document, ...body })
}

/** The value at `path` (names separated by dots) of a document; a field name may hold dots itself. */
function fieldOf(document: unknown, path: string): unknown {
  if (!isObject(document)) return undefined
  if (path in document) return document[path]
  const [first, ...rest] = path.split('.')
  return rest.length === 0 ? undefined : fieldOf(document[first!], rest.join('.'))
}

function idOf(hit: Fields, idField: string): unknown {
  if (idField === '_id') return hit['_id']
  const value = fieldOf(hit['_source'], idField) ?? fieldOf(hit['fields'], idField)
  return Array.isArray(value) ? value[0] : value
}

/** Elasticsearch's errors are objects with a type, a reason and the causes behind it. */
export function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (!isObject(error)) return JSON.stringify(error)
  const root: unknown = Array.isArray(error['root_cause']) ? error['root_cause'][0] : undefined
  const said = [error, root, error['caused_by']].flatMap((cause) => (isObject(cause) && typeof cause['reason'] === 'string' ? [cause['reason']] : []))
  const type = typeof error['type'] === 'string' ? error['type'] : undefined
  return [type, ...new Set(said)].filter((part) => part !== undefined).join(': ') || JSON.stringify(error)
}

function readOne(reply: unknown, { idField }: HttpSpec, k: number, where: string): Answer {
  if (!isObject(reply)) throw malformed(`a search's reply${where}`, reply)
  if (reply['error'] !== undefined) {
    const status = typeof reply['status'] === 'number' ? reply['status'] : 500
    return fail(`answered ${status} (${reasonOf(reply['error'])})`, isPassing(status), remedyOf(status, true))
  }
  // part of an answer would rank what it happens to hold
  const shards = reply['_shards']
  const lost = isObject(shards) && typeof shards['failed'] === 'number' ? shards['failed'] : 0
  if (lost > 0) {
    const failures = (shards as Fields)['failures']
    const first: unknown = Array.isArray(failures) ? failures[0] : undefined
    const why = isObject(first) ? `: ${reasonOf(first['reason'])}` : ''
    return fail(`answered for some of its shards only (${lost} failed${why})`, true, 'look at the server’s log, or raise httpRetries')
  }
  if (reply['timed_out'] === true) {
    return fail('ran into its own search timeout and gave part of an answer', true, 'lower httpConcurrency, or make httpTemplate cheaper')
  }
  const hits = isObject(reply['hits']) ? reply['hits']['hits'] : undefined
  if (!Array.isArray(hits)) throw malformed(`{"hits": {"hits": […]}}${where}`, reply)
  const list = hits.map((hit: unknown, at) => {
    if (!isObject(hit)) throw malformed(`a hit at hits[${at}]${where}`, hit)
    const id = idOf(hit, idField)
    if (id === undefined || id === null) {
      throw malformed(`${idField} in hits[${at}]${where} (set httpIdField to the field that holds the product id)`, hit)
    }
    return { id, score: hit['_score'] }
  })
  // a template may sort by something else: then hits have no scores, or scores that say nothing of the order
  const scored = list.every(({ score }, at) => typeof score === 'number' && (at === 0 || score <= (list[at - 1]!.score as number)))
  return checkedRanking(list.map(({ id }) => id), scored ? list.map(({ score }) => score) : undefined, k, `hits${where}`)
}

export const search: Exchange = {
  request: (spec, [query], k) => ({ url: addressOf(spec.url, '_search'), body: bodyOf(spec, query!, k), contentType: 'application/json' }),
  read: (reply, spec, _, k) => [readOne(reply, spec, k, '')],
}

export const multiSearch: Exchange = {
  request: (spec, queries, k) => ({
    url: addressOf(spec.url, '_msearch'), contentType: 'application/x-ndjson',
    body: queries.map((query) => `{}\n${bodyOf(spec, query, k)}\n`).join(''),
  }),
  read(reply, spec, queries, k) {
    if (!isObject(reply) || !Array.isArray(reply['responses'])) throw malformed('{"responses": […]}', reply)
    const responses = reply['responses'] as readonly unknown[]
    if (responses.length !== queries) throw malformed(`a response for each of ${queries} queries`, responses.length)
    return responses.map((response, at) => alone(() => readOne(response, spec, k, ` of responses[${at}]`)))
  },
}
