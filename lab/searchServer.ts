// A small search server for tests: enough of Elasticsearch's _search and _msearch and of the plain contract, over real sockets, with faults.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Product } from '../src/domain/dataset.ts'
import { FIELDS, type Field } from '../src/domain/recommender.ts'
import { queryWords } from '../src/domain/words.ts'

type Json = Readonly<Record<string, unknown>>

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers one request in the server's place; `false` lets the server answer after all. */
export type Fault = (request: Seen, response: ServerResponse) => boolean | void | Promise<boolean | void>

export interface SearchServer {
  readonly origin: string
  readonly seen: Seen[]
  /** taken one by one by the requests that come next (preflights apart) */
  readonly faults: Fault[]
  /** most requests that were under way at one time */
  busiest(): number
  close(): Promise<void>
}

export interface ServerOptions {
  readonly products: readonly Product[]
  /** how long every answer takes */
  readonly delayMs?: number
  /** `authorization` that every request must carry */
  readonly authorization?: string
  /** the one origin whose pages may ask, as http.cors.allow-origin has it; none by default */
  readonly allowOrigin?: string
  /** false: there is no _msearch */
  readonly several?: boolean
}

export function answerWith(status: number, body: string | Json, headers: Readonly<Record<string, string>> = {}): Fault {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Words of a product's fields, kept: every query asks for them. */
const held = new WeakMap<Product, Map<string, ReadonlySet<string>>>()

function wordsOf(product: Product, fields: readonly Field[]): ReadonlySet<string> {
  const kept = held.get(product) ?? new Map<string, ReadonlySet<string>>()
  held.set(product, kept)
  const words = kept.get(fields.join()) ?? new Set(fields.flatMap((field) => queryWords(product[field])))
  kept.set(fields.join(), words)
  return words
}

/** The best `k` by the number of query words in the fields, ties in catalogue order: [id, score]. */
export function bestOf(products: readonly Product[], query: string, k: number, fields: readonly Field[] = FIELDS): (readonly [Product, number])[] {
  const words = queryWords(query)
  const score = (has: ReadonlySet<string>): number => words.filter((word) => has.has(word)).length
  const hits = products.map((product) => [product, score(wordsOf(product, fields))] as const).filter(([, value]) => value > 0)
  return hits.sort(([, a], [, b]) => b - a).slice(0, k)
}

class Refused extends Error {
  constructor(readonly status: number, readonly type: string, reason: string) {
    super(reason)
  }

  get body(): Json {
    const cause = { type: this.type, reason: this.message }
    return { error: { root_cause: [cause], ...cause }, status: this.status }
  }
}

/** One search of an index named `products`, as Elasticsearch 8 answers it. */
function search(products: readonly Product[], body: Json): Json {
  const { size = 10, query, _source: source = true } = body as { size?: number; query?: Json; _source?: boolean | string[] }
  if (!(size <= 10_000)) throw new Refused(400, 'illegal_argument_exception', `Result window is too large: [10000] but was [${size}]`)
  const [kind, how] = Object.entries(query ?? {})[0] ?? []
  let hits: (readonly [Product, number])[]
  if (kind === 'multi_match') {
    const { query: text, fields } = how as { query: string; fields: Field[] }
    hits = bestOf(products, text, size, fields)
  } else if (kind === 'match') {
    const [field, text] = Object.entries(how as Json)[0]!
    hits = bestOf(products, text as string, size, [field as Field])
  } else throw new Refused(400, 'parsing_exception', `unknown query [${kind ?? ''}]`)
  const picked = (product: Product): Json => {
    const all: Json = { ...product, sku: { asin: product.id } }
    if (source === true) return { _source: all }
    if (source === false) return {}
    return { _source: Object.fromEntries(source.map((path) => path.split('.')[0]!).map((name) => [name, all[name]])) }
  }
  const found = hits.map(([product, score]) => ({ _index: 'products', _id: product.id, _score: score, ...picked(product) }))
  const shards = { total: 1, successful: 1, skipped: 0, failed: 0 }
  return { took: 1, timed_out: false, _shards: shards, hits: { max_score: found[0]?._score ?? null, hits: found } }
}

function orRefusal(answer: () => Json): { readonly status: number; readonly body: Json } {
  try {
    return { status: 200, body: answer() }
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: error.body }
    return { status: 400, body: new Refused(400, 'parsing_exception', String(error)).body }
  }
}

function severalOf(products: readonly Product[], { body, headers }: Seen): Json {
  const type = headers['content-type']
  if (type !== 'application/x-ndjson') throw new Refused(406, 'media_type_header_exception', `Content-Type [${type}] is not supported`)
  if (!body.endsWith('\n')) throw new Refused(400, 'illegal_argument_exception', 'The msearch request must be terminated by a newline [\\n]')
  const lines = body.slice(0, -1).split('\n')
  const responses = Array.from({ length: lines.length / 2 }, (_, at) => {
    const { status, body: one } = orRefusal(() => search(products, JSON.parse(lines[2 * at + 1]!) as Json))
    return { ...one, status }
  })
  return { took: 1, responses }
}

function plainOf(products: readonly Product[], { body }: Seen): Json {
  const { queries, k } = JSON.parse(body) as { queries: string[]; k: number }
  const rankings = queries.map((query) => {
    const best = bestOf(products, query, k)
    return { ids: best.map(([{ id }]) => id), scores: best.map(([, score]) => score) }
  })
  return { rankings }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part as string
  return text
}

/** Starts serving on a free port of this machine. */
export async function serveSearch(options: ServerOptions): Promise<SearchServer> {
  const { products, delayMs = 0, authorization, allowOrigin, several = true } = options
  const seen: Seen[] = []
  const faults: Fault[] = []
  let underWay = 0
  let busiest = 0

  const answer = (request: Seen): { readonly status: number; readonly body: Json } => {
    const path = request.url.split('?')[0]!
    if (authorization !== undefined && request.headers.authorization !== authorization) {
      return { status: 401, body: new Refused(401, 'security_exception', 'missing authentication credentials for REST request').body }
    }
    if (path === '/products/_search') return orRefusal(() => search(products, JSON.parse(request.body) as Json))
    if (path === '/products/_msearch' && several) return orRefusal(() => severalOf(products, request))
    if (path === '/rank') return orRefusal(() => plainOf(products, request))
    return { status: 404, body: new Refused(404, 'index_not_found_exception', `no such index [${path.split('/')[1]}]`).body }
  }

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { origin } = message.headers
    if (allowOrigin !== undefined && origin === allowOrigin) response.setHeader('access-control-allow-origin', origin)
    if (message.method === 'OPTIONS') {
      if (allowOrigin !== undefined && origin === allowOrigin) response.setHeader('access-control-allow-headers', 'content-type, authorization')
      response.writeHead(200).end()
      return
    }
    const request = { method: message.method ?? '', url: message.url ?? '', headers: message.headers, body: await textOf(message) }
    seen.push(request)
    if (delayMs > 0) await new Promise((resolve) => { setTimeout(resolve, delayMs) })
    const fault = faults.shift()
    if (fault !== undefined && (await fault(request, response)) !== false) return
    const { status, body } = answer(request)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }

  const server = createServer((message, response) => {
    busiest = Math.max(busiest, ++underWay)
    response.on('close', () => underWay--)
    handle(message, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the search server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`, seen, faults, busiest: () => busiest,
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
