// A server as the recommender, over real sockets: what it is asked, what its replies mean, and what each kind of failure becomes.
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { answerWith, bestOf, serveSearch, type Fault, type SearchServer, type ServerOptions } from '../../lab/searchServer.ts'
import type { Product } from '../../src/domain/dataset.ts'
import type { HttpSpec } from '../../src/domain/recommender.ts'
import type { WireRanking } from '../../src/protocol/retrieval.ts'
import { HttpRecommender } from './http.ts'

const COLORS = ['red', 'blue', 'green', 'black', 'white']
const THINGS = ['mug', 'lamp', 'chair', 'desk', 'phone case', 'running shoe', 'tea pot']
const PRODUCTS: readonly Product[] = THINGS.flatMap((thing, i) => COLORS.map((color, j): Product => (
  { id: `B${i}${j}`, title: `${color} ${thing}`, description: `a ${thing} for you`, bullets: '', brand: j % 2 === 0 ? 'Acme' : 'Bolt', color })))
const QUERIES = COLORS.flatMap((color) => THINGS.map((thing) => `${color} ${thing}`))

const open: SearchServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function serve(options: Partial<ServerOptions> = {}): Promise<SearchServer> {
  const server = await serveSearch({ products: PRODUCTS, ...options })
  open.push(server)
  return server
}

const spec = (url: string, changes: Partial<HttpSpec> = {}): HttpSpec => (
  { kind: 'http', engine: 'elasticsearch', url, template: '', idField: '_id', concurrency: 4, timeoutMs: 5000, retries: 2, ...changes })

function recommender(server: SearchServer, changes: Partial<HttpSpec> = {}): HttpRecommender {
  const path = changes.engine === 'json' ? '/rank' : '/products'
  return new HttpRecommender(spec(`${server.origin}${path}`, changes), undefined, (id) => PRODUCTS.some((product) => product.id === id))
}

const NEVER: Fault = () => new Promise(() => undefined)

const idsOf = ({ ids }: WireRanking): string[] => (ids === '' ? [] : ids.split('\n'))
const expected = (query: string, k: number) => {
  const best = bestOf(PRODUCTS, query, k)
  return { ids: best.map(([{ id }]) => id).join('\n'), scores: Float64Array.from(best, ([, score]) => score) }
}

describe.each(['elasticsearch', 'opensearch', 'json'] as const)('%s', (engine) => {
  test('ranks one query and many, in the queries’ order, with the server’s scores', async () => {
    const server = await serve()
    const asked = recommender(server, { engine })
    expect(await asked.rank(['blue lamp'], 3)).toEqual([expected('blue lamp', 3)])
    const none = { ids: '', scores: new Float64Array(0) }
    expect(await asked.rank([...QUERIES, 'nothing here'], 5)).toEqual([...QUERIES.map((query) => expected(query, 5)), none])
    expect(asked.counts()).toMatchObject({ failed: 0, unknownIds: 0, retries: 0, requests: server.seen.length })
  })

  test('takes any text for a query, and never for a part of its request', async () => {
    const server = await serve()
    const hostile = [
      'red "mug"', 'red\\mug', 'a\nb', '", "size": 1, "x": "', '{{k}} {{query}}', 'caf\u00e9 \u2603 \ud83d\ude00', '', 'half \ud800 pair', '</script>',
    ]
    const rankings = await recommender(server, { engine }).rank(hostile, 4)
    expect(rankings.map(({ failed }) => failed)).toEqual(hostile.map(() => undefined))
    expect(rankings[0]).toEqual(expected('red mug', 4))
  })

  test('keeps to its concurrency, and all the answers come', async () => {
    const server = await serve({ delayMs: 15 })
    const many = Array.from({ length: 300 }, (_, at) => QUERIES[at % QUERIES.length]!)
    const rankings = await recommender(server, { engine, concurrency: 3 }).rank(many, 2)
    expect(rankings.every(({ failed }) => failed === undefined)).toBe(true)
    expect(server.seen.length).toBeGreaterThan(5)
    expect(server.busiest()).toBe(3)
  })

  test('that answers 500 and then well is asked again, and nobody is the wiser', async () => {
    const server = await serve()
    server.faults.push(answerWith(500, 'oops'), answerWith(503, { error: 'starting' }))
    const asked = recommender(server, { engine })
    expect(await asked.rank(['red mug', 'blue desk'], 3)).toEqual([expected('red mug', 3), expected('blue desk', 3)])
    expect(asked.counts()).toMatchObject({ requests: 3, retries: 2, failed: 0 })
  })

  test('that goes on answering 503 gives no ranking, but its status, its reason, the tries and a remedy', async () => {
    const server = await serve()
    server.faults.push(...Array.from({ length: 3 }, () => answerWith(503, { error: 'the shards are\n <b>resting</b>' })))
    const asked = recommender(server, { engine })
    const [failed] = await asked.rank(['red mug'], 3)
    expect(failed).toMatchObject({ ids: '', scores: new Float64Array(0) })
    expect(failed!.failed).toMatch(/^the search server http:\/\/127\.0\.0\.1:\d+\/\S+ answered 503 \(the shards are resting\); /)
    expect(failed!.failed).toMatch(/look at the server’s log, or raise httpRetries \(tried 3 times\)$/)
    expect(asked.counts()).toMatchObject({ requests: 3, failed: 1 })
  })

  test('that asks for patience is given it', async () => {
    const server = await serve()
    server.faults.push(answerWith(429, { error: 'busy' }, { 'retry-after': '1' }))
    const started = performance.now()
    expect(await recommender(server, { engine }).rank(['red mug'], 3)).toEqual([expected('red mug', 3)])
    expect(performance.now() - started).toBeGreaterThan(990)
  })

  test('that asks for more patience than a minute is not waited for', async () => {
    const server = await serve()
    server.faults.push(answerWith(429, { error: 'busy' }, { 'retry-after': '3600' }))
    const [failed] = await recommender(server, { engine }).rank(['red mug'], 3)
    expect(failed!.failed).toContain('answered 429 (busy); lower httpConcurrency')
    expect(server.seen).toHaveLength(1)
  })

  test.each([
    [400, 'check httpTemplate and httpEngine'], [401, 'give the authentication header'], [403, 'give the authentication header'],
    [418, 'check httpUrl and httpEngine'], [501, 'look at the server’s log'],
  ])('that answers %d is not asked again', async (status, remedy) => {
    const server = await serve()
    server.faults.push(answerWith(status, { error: 'no' }))
    const [failed] = await recommender(server, { engine }).rank(['red mug'], 3)
    expect(failed!.failed).toContain(`answered ${status} (no); ${remedy}`)
    expect(failed!.failed).not.toContain('tried')
    expect(server.seen).toHaveLength(1)
  })

  test('that is slow runs out of its time; in time again it answers', async () => {
    const server = await serve()
    server.faults.push(NEVER, (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":'))
    const asked = recommender(server, { engine, timeoutMs: 150, retries: 1 })
    const [failed] = await asked.rank(['red mug'], 3)
    expect(failed!.failed).toMatch(/did not answer whole within 150 ms; raise httpTimeout.* \(tried 2 times\)$/)
    expect(await asked.rank(['red mug'], 3)).toEqual([expected('red mug', 3)])
  })

  test('that cuts the connection within its reply is asked again, and told as such when it goes on', async () => {
    const server = await serve()
    const cut: Fault = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"hits":', () => setTimeout(() => response.destroy(), 20))
    }
    server.faults.push(cut, cut, cut, cut)
    const asked = recommender(server, { engine })
    expect((await asked.rank(['red mug'], 3))[0]!.failed).toContain('cut the connection within its reply')
    expect(await asked.rank(['red mug'], 3)).toEqual([expected('red mug', 3)])
  })

  test.each([
    ['text', '<html><body>Welcome to <b>nginx</b></body></html>', 'answered what is no JSON: Welcome to nginx; check httpUrl'],
    ['nothing', '', 'answered what is no JSON: nothing'],
    ['half a JSON', '{"hits": {"hits": [', 'answered what is no JSON'],
    ['a list', '[]', 'gave a reply that can\'t be used: expected '],
    ['null', 'null', 'found null'],
    ['another shape', '{"took": 3, "answer": 42}', 'found {"took":3,"answer":42}'],
  ])('that answers %s is told what was expected, and not asked again', async (_, body, words) => {
    const server = await serve()
    server.faults.push(answerWith(200, body))
    const [failed] = await recommender(server, { engine }).rank(['red mug'], 3)
    expect(failed!.failed).toContain(words)
    expect(failed!.scores).toHaveLength(0)
    expect(server.seen).toHaveLength(1)
  })

  test('whose reply has no end is left at 64 MiB', async () => {
    const server = await serve()
    server.faults.push((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const block = Buffer.alloc(2 ** 20, 32)
      const pour = (): void => { while (!response.destroyed && response.write(block)); }
      response.on('drain', pour)
      pour()
    })
    const [failed] = await recommender(server, { engine }).rank(['red mug'], 3)
    expect(failed!.failed).toContain('sent more than 67108864 bytes in one reply')
  })

  test('that redirects is not followed: the header must not travel', async () => {
    const [server, other] = [await serve(), await serve()]
    server.faults.push(answerWith(302, '', { location: `${other.origin}/products/_search` }))
    const [failed] = await recommender(server, { engine }).rank(['red mug'], 3)
    expect(failed!.failed).toContain('redirects elsewhere; set httpUrl')
    expect(other.seen).toHaveLength(0)
  })

  test('that is not there is named with the reason', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => { gone.listen(0, '127.0.0.1', resolve) })
    const { port } = gone.address() as { port: number }
    await new Promise((resolve) => { gone.close(resolve) })
    const asked = new HttpRecommender(spec(`http://127.0.0.1:${port}/products`, { engine, retries: 0 }), undefined)
    const [failed] = await asked.rank(['red mug'], 3)
    expect(failed!.failed).toMatch(/^the search server \S+\/products.* can't be reached \(ECONNREFUSED\); check httpUrl, and that the server runs$/)
    await expect(asked.probe()).rejects.toThrow('can\'t be reached (ECONNREFUSED)')
  })

  test('that asks who is asking gets the header, which no sentence repeats', async () => {
    const secret = 'Basic c2VjcmV0OnNlY3JldA=='
    const server = await serve({ authorization: secret })
    const asked = recommender(server, { engine })
    expect((await asked.rank(['red mug'], 3))[0]!.failed).toContain('answered 401 (')
    asked.authorise({ name: 'Authorization', value: secret })
    expect(await asked.rank(['red mug'], 3)).toEqual([expected('red mug', 3)])
    const echo = (status: number): Fault => ({ headers }, response) => {
      const body = { error: `I saw ${JSON.stringify(headers)}`, status: 400 }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    server.faults.push(echo(418), echo(200))
    for (const query of ['red mug', 'blue mug']) {
      const { failed } = (await asked.rank([query], 3))[0]!
      expect(failed).toContain('I saw')
      expect(failed).not.toContain('c2Vjcm')
    }
    asked.authorise(undefined)
    expect((await asked.rank(['red mug'], 3))[0]!.failed).toContain('give the authentication header that it asks for')
  })

  test('refuses a depth that no result window has', async () => {
    const server = await serve()
    await expect(recommender(server, { engine }).rank(['red mug'], 10_001)).rejects.toThrow('10001 best were asked for; result windows end at 10000')
    expect(server.seen).toHaveLength(0)
  })

  test('is probed before it is used', async () => {
    const server = await serve()
    const asked = recommender(server, { engine })
    await asked.probe()
    expect(asked.counts()).toEqual({ requests: 1, retries: 0, failed: 0, ids: 0, unknownIds: 0 })
    server.faults.push(answerWith(401, { error: 'who?' }))
    await expect(asked.probe()).rejects.toThrow('answered 401 (who?)')
  })
})

describe('Elasticsearch’s search', () => {
  test('asks for ids alone, the depth wanted and no exact totals, over all five fields', async () => {
    const server = await serve()
    await recommender(server).rank(['red mug'], 100)
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/products/_search' })
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      query: { multi_match: { query: 'red mug', fields: ['title', 'description', 'bullets', 'brand', 'color'] } },
      size: 100, _source: false, track_total_hits: false,
    })
  })

  test('keeps what the address says besides, and does not mind a procedure or a slash in its end', async () => {
    const server = await serve()
    for (const path of ['/products', '/products/', '/products/_search', '/products/_msearch']) {
      const asked = new HttpRecommender(spec(`${server.origin}${path}?routing=7`), undefined)
      await asked.rank(['red mug'], 1)
      await asked.rank(['red mug', 'blue mug'], 1)
    }
    expect(new Set(server.seen.map(({ url }) => url))).toEqual(new Set(['/products/_search?routing=7', '/products/_msearch?routing=7']))
  })

  test('by a template asks as the template says, on lines of their own when there are several', async () => {
    const server = await serve()
    const template = '{\n  "query": {"match": {"brand": "{{query}}"}},\n  "size": {{k}}\n}'
    const rankings = await recommender(server, { template }).rank(['acme', 'bolt "x"'], 2)
    expect(rankings.map(idsOf)).toEqual([['B00', 'B02'], ['B01', 'B03']])
    const lines = server.seen[0]!.body.split('\n')
    expect(lines).toHaveLength(5)
    expect(JSON.parse(lines[3]!)).toMatchObject({ query: { match: { brand: 'bolt "x"' } }, size: 2 })
  })

  test('takes product ids from a field of the document, nested or not', async () => {
    const server = await serve()
    for (const idField of ['id', 'sku.asin']) {
      expect(await recommender(server, { idField }).rank(['red mug'], 3), idField).toEqual([expected('red mug', 3)])
    }
    const [failed] = await recommender(server, { idField: 'asin' }).rank(['red mug'], 3)
    expect(failed!.failed).toMatch(/expected asin in hits\[0\] \(set httpIdField to the field that holds the product id\), found/)
  })

  test('where there is no _msearch goes query by query', async () => {
    const server = await serve({ several: false })
    expect(await recommender(server).rank(['red mug', 'blue desk'], 2)).toEqual([expected('red mug', 2), expected('blue desk', 2)])
    expect(server.seen.map(({ url }) => url)).toEqual(['/products/_msearch', '/products/_search', '/products/_search'])
  })

  test('where there is no index says so for every query', async () => {
    const server = await serve()
    const asked = new HttpRecommender(spec(`${server.origin}/shop`), undefined)
    for (const { failed } of await asked.rank(['red mug', 'blue desk'], 2)) {
      expect(failed).toContain('answered 404 (index_not_found_exception: no such index [shop]); check the index or endpoint in httpUrl')
    }
  })

  const partly = (at: number, response: object): Fault => ({ body }, reply) => {
    const lines = body.trim().split('\n').filter((_, line) => line % 2 === 1)
    const queries = lines.map((line) => (JSON.parse(line) as { query: { multi_match: { query: string } } }).query.multi_match.query)
    const hits = (query: string) => bestOf(PRODUCTS, query, 2).map(([{ id }, score]) => ({ _id: id, _score: score }))
    const responses = queries.map((query, i) => (i === at ? response : { status: 200, hits: { hits: hits(query) } }))
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ responses }))
  }
  const three = ['red mug', 'blue desk', 'green lamp']

  test('of several, of which one fails for now, asks that one again', async () => {
    const server = await serve()
    server.faults.push(partly(1, { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } }))
    expect(await recommender(server).rank(three, 2)).toEqual(three.map((query) => expected(query, 2)))
    expect(server.seen.map(({ url }) => url)).toEqual(['/products/_msearch', '/products/_search'])
    expect(server.seen[1]!.body).toContain('blue desk')
  })

  test.each([
    ['for good', { status: 400, error: { type: 'search_phase', reason: 'all shards failed', root_cause: [{ reason: 'maxClauseCount is set to 1024' }] } },
      'answered 400 (search_phase: all shards failed: maxClauseCount is set to 1024); check httpTemplate'],
    ['on some of its shards', { _shards: { failed: 2, failures: [{ reason: { type: 'io', reason: 'disk' } }] }, hits: { hits: [] } },
      'answered for some of its shards only (2 failed: io: disk)'],
    ['by its own timeout', { timed_out: true, hits: { hits: [] } }, 'ran into its own search timeout'],
    ['without hits', { status: 200 }, 'can\'t be used'],
    ['with a hit without id', { hits: { hits: [{ _score: 1 }] } }, 'can\'t be used'],
    ['with an id of two lines', { hits: { hits: [{ _id: 'a\nb', _score: 1 }] } }, 'can\'t be used'],
  ])('of several, of which one fails %s, has no ranking for that one', async (_, response, words) => {
    const server = await serve()
    server.faults.push(partly(1, response))
    const asked = recommender(server, { retries: 0 })
    const rankings = await asked.rank(three, 2)
    expect(rankings[1]!.failed).toContain(words)
    expect(rankings[1]!.ids).toBe('')
    expect([rankings[0], rankings[2]]).toEqual([expected(three[0]!, 2), expected(three[2]!, 2)])
    expect(asked.counts().failed).toBe(1)
  })

  test('sorted by something else, or by a constant, is ranked as it came', async () => {
    const server = await serve()
    const hits = [['a', null, 3], ['b', null, 2], ['a', null, 1], ['c', null, 0]].map(([_id, _score, sort]) => ({ _id, _score, sort: [sort] }))
    server.faults.push(answerWith(200, { hits: { hits } }))
    const [ranking] = await recommender(server).rank(['red mug'], 3)
    expect(ranking).toEqual({ ids: 'a\nb\nc', scores: Float64Array.of(0, -1, -3) })
  })

  test('counts ids that the catalogue does not hold, and keeps them in the ranking', async () => {
    const server = await serve()
    server.faults.push(answerWith(200, { hits: { hits: [{ _id: 'X1', _score: 9 }, { _id: 'B00', _score: 8 }, { _id: 'X2', _score: 8 }] } }))
    const asked = recommender(server)
    expect(idsOf((await asked.rank(['red mug'], 10))[0]!)).toEqual(['X1', 'B00', 'X2'])
    expect(asked.counts()).toMatchObject({ ids: 3, unknownIds: 2 })
  })
})

describe('the plain contract', () => {
  test('sends queries and depth, and takes rankings without scores or with errors in their places', async () => {
    const server = await serve()
    server.faults.push(answerWith(200, { rankings: [{ ids: ['a', 7, 'a', 'b'] }, { error: 'too strange' }, { ids: [], scores: [] }] }))
    const rankings = await recommender(server, { engine: 'json' }).rank(['x', 'y', 'z'], 3)
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ queries: ['x', 'y', 'z'], k: 3 })
    expect(server.seen[0]!.headers['content-type']).toBe('application/json')
    expect(rankings[0]).toEqual({ ids: 'a\n7\nb', scores: Float64Array.of(0, -1, -3) })
    expect(rankings[1]!.failed).toMatch(/rank said of this query: too strange$/)
    expect(rankings[2]).toEqual({ ids: '', scores: new Float64Array(0) })
  })

  test('takes null for scores or an error that are absent, and fails a query alone whose ranking cannot be used', async () => {
    const server = await serve()
    server.faults.push(answerWith(200, { rankings: [{ ids: ['a', 'b'], scores: null, error: null }, { ids: ['a', 'b'], scores: [1, 2] }, { ids: ['c'], scores: [5] }] }))
    const rankings = await recommender(server, { engine: 'json' }).rank(['x', 'y', 'z'], 3)
    expect(rankings[0]).toEqual({ ids: 'a\nb', scores: Float64Array.of(0, -1) })
    expect(rankings[1]!.failed).toMatch(/expected scores that fall in rankings\[1\], after 1, found 2; check httpEngine and httpTemplate$/)
    expect(rankings[2]).toEqual({ ids: 'c', scores: Float64Array.of(5) })
  })

  test.each([
    ['too few rankings', { rankings: [] }, 'expected a ranking for each of 1 queries, found 0'],
    ['other counts of scores', { rankings: [{ ids: ['a', 'b'], scores: [1] }] }, 'expected as many scores as ids in rankings[0], found "1 for 2"'],
    ['scores that rise', { rankings: [{ ids: ['a', 'b'], scores: [1, 2] }] }, 'expected scores that fall in rankings[0], after 1, found 2'],
    ['a score as text', { rankings: [{ ids: ['a'], scores: ['1'] }] }, 'expected a number as the score of a in rankings[0], found "1"'],
    ['ids that are none', { rankings: [{ ids: [{}] }] }, 'expected a product id as text in rankings[0], found {}'],
    ['ids as one text', { rankings: [{ ids: 'a' }] }, 'expected a list of ids at rankings[0], found "a"'],
  ])('refuses %s', async (_, body, words) => {
    const server = await serve()
    server.faults.push(answerWith(200, body))
    expect((await recommender(server, { engine: 'json' }).rank(['x'], 3))[0]!.failed).toContain(words)
  })
})

test('once a server is silent to the last try, the rest of that call is not waited for as long', async () => {
  const server = await serve()
  server.faults.push(...Array.from({ length: 99 }, () => NEVER))
  const asked = recommender(server, { engine: 'json', timeoutMs: 60, retries: 2, concurrency: 1 })
  const rankings = await asked.rank(Array.from({ length: 320 }, (_, at) => `query ${at}`), 1)
  expect(rankings.every(({ failed }) => failed?.includes('did not answer') === true)).toBe(true)
  expect(asked.counts()).toMatchObject({ failed: 320 })
  expect(server.seen.length).toBeLessThan(20)
})
