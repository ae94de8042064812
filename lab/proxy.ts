// `npm start -- --proxy URL`: requests under one path of the page's own host go on to one search server, and nowhere else.
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline } from 'node:stream'
import type { Connect } from 'vite'

/** GET it to learn what is forwarded: `{ "origin": …, "path": "/proxy" }`. What stands below it is forwarded. */
export const PROXY_PATH = '/proxy'

/** How long the server may be silent, before its answer and within it. */
const SILENCE_MS = 120_000

/** Headers that end at each hop (RFC 9110, 7.6.1), and what a server has no business with: who the page is and what else it knows. */
const DROPPED = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'host', 'origin', 'referer', 'cookie', 'expect',
])
/** What a server must not decide for the page's own host. */
const KEPT_BACK = new Set(['set-cookie', 'clear-site-data', 'service-worker-allowed', 'strict-transport-security', 'alt-svc'])

/** Whatever a server sends, it is data: nothing of it runs or is shown as a page of the workbench. */
const AS_DATA: Readonly<Record<string, string>> = {
  'content-security-policy': 'sandbox; default-src \'none\'', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin',
}

/** The one origin that `text` names. Throws a sentence for anything but a plain http or https address. */
export function proxyOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error(`--proxy is ${JSON.stringify(text)}; give the address of the search server, for example http://localhost:9200`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('--proxy holds a name or a password; leave them out and give the authentication header on the page, where it stays in memory')
  }
  return url.origin
}

function forwarded(headers: IncomingHttpHeaders, kept: ReadonlySet<string>): IncomingHttpHeaders {
  // a hop may name headers of its own in Connection
  const own = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const stays = (name: string): boolean => DROPPED.has(name) || kept.has(name) || own.has(name) || name.startsWith('sec-')
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !stays(name)))
}

/** Why a request is not one of the page's own, or undefined: other sites and rebound names must not reach the server through this machine. */
function foreign({ headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? ''
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)) return `host ${JSON.stringify(host)} is not this machine`
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${host}`) return `origin ${JSON.stringify(origin)} is not the workbench`
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return `the request comes from another site (${String(site)})`
  return undefined
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...AS_DATA })
  response.end(JSON.stringify(body))
}

function sentenceOf(error: NodeJS.ErrnoException, origin: string): string {
  const code = error.code ?? error.message
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
  return certificate
    ? `the proxy does not trust the certificate of ${origin} (${code}); start it with NODE_EXTRA_CA_CERTS, the file of who signed it`
    : `the proxy can't reach ${origin} (${code}); check that the server runs there`
}

/**
 * Forwards GET, HEAD and POST below PROXY_PATH to `origin`, bodies streamed both ways. Requests of other sites, other hosts' names and
 * other methods are refused; failures are `{ "error": sentence }` with status 502 (away or broken) or 504 (silent).
 */
export function forwardTo(origin: string, silenceMs = SILENCE_MS): Connect.NextHandleFunction {
  const send = origin.startsWith('https:') ? requestHttps : requestHttp
  return (request, response, next) => {
    const url = request.url ?? ''
    if (url !== PROXY_PATH && !url.startsWith(`${PROXY_PATH}/`) && !url.startsWith(`${PROXY_PATH}?`)) {
      next()
      return
    }
    const reason = foreign(request)
    if (reason !== undefined) return answer(response, 403, { error: `the proxy serves the workbench's own page alone: ${reason}` })
    const rest = url.slice(PROXY_PATH.length)
    if (!rest.startsWith('/')) return answer(response, 200, { origin, path: PROXY_PATH })
    if (!/^(GET|HEAD|POST)$/.test(request.method ?? '')) {
      return answer(response, 405, { error: `the proxy forwards GET, HEAD and POST, not ${request.method}` })
    }

    const target = new URL(origin)
    const cut = rest.indexOf('?')
    target.pathname = cut < 0 ? rest : rest.slice(0, cut)
    target.search = cut < 0 ? '' : rest.slice(cut)
    if (target.origin !== origin) return answer(response, 400, { error: 'the proxy forwards to one origin alone' })

    const headers = { ...forwarded(request.headers, new Set()), host: target.host }
    const onward = send(target, { method: request.method, headers })
    let late = false
    onward.setTimeout(silenceMs, () => {
      late = true
      onward.destroy()
    })
    onward.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 502, { ...forwarded(reply.headers, KEPT_BACK), ...AS_DATA })
      // an answer that breaks off breaks off for the page as well, instead of looking whole
      pipeline(reply, response, (error) => { if (error) response.destroy() })
    })
    onward.on('error', (error) => {
      if (late) answer(response, 504, { error: `${origin} did not answer the proxy within ${silenceMs} ms; look at the server's load` })
      else answer(response, 502, { error: sentenceOf(error, origin) })
    })
    response.on('close', () => onward.destroy())
    pipeline(request, onward, () => undefined)
  }
}
