// The proxy over real sockets: what goes through, what is kept from going, and what is said when the server fails.
import {
  createServer, request as rawRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { HttpSpec } from '../src/domain/recommender.ts'
import { HttpRecommender } from '../workers/retrieval/http.ts'
import { forwardTo, proxyOrigin } from './proxy.ts'
import { serveSearch } from './searchServer.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  closing.push(() => new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  }))
  return (server.address() as AddressInfo).port
}

/** The workbench's host with a proxy to `origin`; what is not forwarded is answered as a page would be. */
async function proxied(origin: string, silenceMs?: number): Promise<number> {
  const forward = forwardTo(origin, silenceMs)
  return serve((request, response) => forward(request as never, response, () => response.writeHead(200).end('the page')))
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request with any headers at all, as no fetch would let us send it. */
function ask(port: number, path: string, how: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Got> {
  const { method = 'GET', headers = {}, body = '' } = how
  return new Promise((resolve, reject) => {
    const request = rawRequest({ host: '127.0.0.1', port, path, method, headers: { host: `localhost:${port}`, ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on('error', reject).end(body)
  })
}

const errorOf = ({ body }: Got): string => (JSON.parse(body) as { error: string }).error

/** A server that says what it was asked. */
async function mirror(): Promise<{ readonly port: number; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const port = await serve((request, response) => {
    seen.push(request)
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
      response.writeHead(201, {
        'content-type': 'text/html', 'set-cookie': 'a=b', 'x-own': 'kept', 'retry-after': '7', connection: 'x-hop, close', 'x-hop': 'dropped',
        'content-security-policy': 'script-src *', 'service-worker-allowed': '/',
      })
      response.end(JSON.stringify({ method: request.method, url: request.url, body }))
    })
  })
  return { port, seen }
}

describe('a proxy', () => {
  test('says what it forwards to, and leaves every other path alone', async () => {
    const port = await proxied('http://localhost:9200')
    const { status, headers, body } = await ask(port, '/proxy')
    expect([status, JSON.parse(body)]).toEqual([200, { origin: 'http://localhost:9200', path: '/proxy' }])
    expect(headers['cache-control']).toBe('no-store')
    for (const path of ['/', '/proxying', '/sample/proxy', '/assets/proxy/x']) expect((await ask(port, path)).body).toBe('the page')
  })

  test('forwards method, path, query and body, and the headers that are the page’s to send', async () => {
    const { port: to, seen } = await mirror()
    const port = await proxied(`http://127.0.0.1:${to}`)
    const headers = {
      authorization: 'Bearer abc', 'content-type': 'application/x-ndjson', origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin',
      referer: `http://localhost:${port}/#seed=1`, cookie: 'session=1', connection: 'x-mine', 'x-mine': 'hop', 'x-other': 'yes',
    }
    const { status, body } = await ask(port, '/proxy/shop%20a/_msearch?routing=1&x=%2F', { method: 'POST', headers, body: '{}\n{"é": 1}\n' })
    expect([status, JSON.parse(body)]).toEqual([201, { method: 'POST', url: '/shop%20a/_msearch?routing=1&x=%2F', body: '{}\n{"é": 1}\n' }])
    const got = seen[0]!.headers
    expect(got).toMatchObject({ authorization: 'Bearer abc', 'content-type': 'application/x-ndjson', 'x-other': 'yes', host: `127.0.0.1:${to}` })
    for (const name of ['origin', 'referer', 'cookie', 'sec-fetch-site', 'x-mine']) expect(got, name).not.toHaveProperty(name)
  })

  test('gives the answer back as data that nothing runs, without the server’s cookies and hop headers', async () => {
    const { port: to } = await mirror()
    const { headers } = await ask(await proxied(`http://127.0.0.1:${to}`), '/proxy/x')
    expect(headers).toMatchObject({
      'x-own': 'kept', 'retry-after': '7', 'content-security-policy': 'sandbox; default-src \'none\'', 'x-content-type-options': 'nosniff' })
    for (const name of ['set-cookie', 'x-hop', 'service-worker-allowed']) expect(headers, name).not.toHaveProperty(name)
  })

  test('passes compressed answers through as they are', async () => {
    const to = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync('{"hits": 1}'))
    })
    const answer = await fetch(`http://127.0.0.1:${await proxied(`http://127.0.0.1:${to}`)}/proxy/x`)
    expect(await answer.json()).toEqual({ hits: 1 })
  })

  test.each([
    ['another host’s name, rebound to this machine', { host: 'evil.example:80' }, 'host "evil.example:80" is not this machine'],
    ['a page of another site', { origin: 'https://evil.example' }, 'origin "https://evil.example" is not the workbench'],
    ['a page of another port', { origin: 'http://localhost:1' }, 'origin "http://localhost:1" is not the workbench'],
    ['a sandboxed frame', { origin: 'null' }, 'origin "null" is not the workbench'],
    ['an image or a form of another site', { 'sec-fetch-site': 'cross-site' }, 'the request comes from another site (cross-site)'],
  ])('refuses %s', async (_, headers, words) => {
    const { port: to, seen } = await mirror()
    const port = await proxied(`http://127.0.0.1:${to}`)
    for (const path of ['/proxy', '/proxy/x']) {
      const answer = await ask(port, path, { headers })
      expect(answer.status).toBe(403)
      expect(errorOf(answer)).toContain(words)
    }
    expect(seen).toHaveLength(0)
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('refuses %s: it is for searching', async (method) => {
    const { port: to, seen } = await mirror()
    const answer = await ask(await proxied(`http://127.0.0.1:${to}`), '/proxy/products', { method })
    expect(answer.status).toBe(405)
    expect(errorOf(answer)).toBe(`the proxy forwards GET, HEAD and POST, not ${method}`)
    expect(seen).toHaveLength(0)
  })

  test.each([
    '//evil.example/x', '/http://evil.example/x', '/@evil.example', '/%2F%2Fevil.example', '/../../x', '/\\evil.example', '/:80/',
  ])('reaches its one origin alone, whatever the path %s', async (rest) => {
    const { port: to, seen } = await mirror()
    expect((await ask(await proxied(`http://127.0.0.1:${to}`), `/proxy${rest}`)).status).toBe(201)
    expect(seen[0]!.headers.host).toBe(`127.0.0.1:${to}`)
  })

  test('says that the server is away, or silent, as a sentence', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => { gone.listen(0, '127.0.0.1', resolve) })
    const { port: away } = gone.address() as AddressInfo
    await new Promise((resolve) => { gone.close(resolve) })
    const refused = await ask(await proxied(`http://127.0.0.1:${away}`), '/proxy/x')
    expect(refused.status).toBe(502)
    expect(errorOf(refused)).toBe(`the proxy can't reach http://127.0.0.1:${away} (ECONNREFUSED); check that the server runs there`)
    const silent = await serve(() => undefined)
    const late = await ask(await proxied(`http://127.0.0.1:${silent}`, 100), '/proxy/x', { method: 'POST', body: '{}' })
    expect(late.status).toBe(504)
    expect(errorOf(late)).toBe(`http://127.0.0.1:${silent} did not answer the proxy within 100 ms; look at the server's load`)
  })

  test('breaks an answer off where the server does, instead of making it look whole', async () => {
    const to = await serve((_, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"hits":', () => setTimeout(() => response.destroy(), 20))
    })
    const port = await proxied(`http://127.0.0.1:${to}`)
    await expect(fetch(`http://127.0.0.1:${port}/proxy/x`).then((answer) => answer.text())).rejects.toThrow('terminated')
  })

  test('ends its own request when the page gives up', async () => {
    let ended: () => void = () => undefined
    const left = new Promise<void>((resolve) => { ended = resolve })
    const to = await serve((request) => void request.on('close', ended).resume())
    const port = await proxied(`http://127.0.0.1:${to}`)
    await expect(fetch(`http://127.0.0.1:${port}/proxy/x`, { signal: AbortSignal.timeout(100) })).rejects.toThrow()
    await left
  })

  test('is a road for the recommender: rankings, failures and all', async () => {
    const products = ['red', 'blue'].map((color) => ({ id: color, title: `${color} mug`, description: '', bullets: '', brand: '', color }))
    const server = await serveSearch({ products })
    closing.push(() => server.close())
    const port = await proxied(server.origin)
    const spec: HttpSpec = {
      kind: 'http', engine: 'elasticsearch', url: `http://localhost:${port}/proxy/products`, template: '', idField: '_id',
      concurrency: 2, timeoutMs: 5000, retries: 0,
    }
    const recommender = new HttpRecommender(spec, { name: 'Authorization', value: 'ApiKey secret' })
    expect((await recommender.rank(['red mug', 'blue mug'], 1)).map(({ ids }) => ids)).toEqual(['red', 'blue'])
    expect(server.seen[0]!.headers.authorization).toBe('ApiKey secret')
    await server.close()
    const [failed] = await recommender.rank(['red mug'], 1)
    expect(failed!.failed).toContain(`answered 502 (the proxy can't reach ${server.origin} (ECONNREFUSED); check that the server runs there)`)
  })
})

test('the address of a proxy is one plain origin', () => {
  expect(proxyOrigin('http://localhost:9200')).toBe('http://localhost:9200')
  expect(proxyOrigin('https://search.example.org/products/_search?x=1')).toBe('https://search.example.org')
  for (const wrong of ['localhost:9200', 'ftp://a', '', 'http://', 'file:///etc/passwd']) {
    expect(() => proxyOrigin(wrong), wrong).toThrow(`--proxy is ${JSON.stringify(wrong)}; give the address of the search server`)
  }
  expect(() => proxyOrigin('http://me:secret@localhost:9200')).toThrow('--proxy holds a name or a password')
  expect(() => proxyOrigin('http://me:secret@localhost:9200')).not.toThrow('secret@')
})
