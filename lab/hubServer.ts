// A small model hub for tests: its listing and files over real sockets, with redirects to another origin and with faults.
import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** Answers a request in the server's place; `false` lets the server answer after all. */
export type Answer = (asked: Asked, response: ServerResponse) => boolean | void

export interface HubServer {
  readonly origin: string
  readonly asked: Asked[]
  /** by file; taken one by one by the requests for it that come next */
  readonly faults: Map<string, Answer[]>
  /** the repository's files; they may be changed */
  readonly files: Map<string, Uint8Array>
  /** what the listing states in a file's place */
  readonly stated: Map<string, { readonly size?: number; readonly sha256?: string }>
  close(): Promise<void>
}

export interface HubOptions {
  readonly id?: string
  /** `hub`: listing and /resolve/; `resolve`: no listing; `plain`: a folder at the root */
  readonly layout?: 'hub' | 'resolve' | 'plain'
  readonly token?: string
  /** large files are sent from another origin, as the hub does */
  readonly redirects?: boolean
  /** what a request with Range gets: the rest of the file, or all of it */
  readonly ranges?: boolean
  readonly etags?: boolean
  /** how what is absent is hidden, as static hosts do: by 403, or by a 404 that no other page may read */
  readonly hides?: 'forbidden' | 'unreadable'
  /** answers for every other repository */
  readonly beside?: HubServer
}

const digests = new WeakMap<Uint8Array, string>()

/** Hex. Large files are hashed once. */
export function sha256(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? createHash('sha256').update(bytes).digest('hex')
  digests.set(bytes, known)
  return known
}

/** Long enough for what was sent to be read: a cut line takes with it what lies unread. */
const READING_MS = 200

/** Sends `count` bytes of what was asked for and cuts the line. */
export function breakOffAfter(count: number, headers: Readonly<Record<string, string>> = {}): (server: HubServer, name: string) => Answer {
  return (server, name) => ({ headers: { range } }, response) => {
    const bytes = server.files.get(name)!
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
    const partial: Record<string, string> = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, 'access-control-allow-origin': '*', etag: `"${sha256(bytes).slice(0, 8)}"`, ...partial, ...headers })
    response.write(bytes.subarray(from, from + count), () => setTimeout(() => response.destroy(), READING_MS))
  }
}

export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'access-control-allow-origin': '*', ...headers })
    response.end('no')
  }
}

const LARGE = /\.safetensors$/

/** Every answer may be read by any page: hubs allow that. */
const CORS = {
  'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers': 'ETag, Link, Content-Range, X-Error-Code, X-Error-Message',
}

export async function startHub(files: Readonly<Record<string, Uint8Array>>, options: HubOptions = {}): Promise<HubServer> {
  const { id = 'owner/tiny', layout = 'hub', token, redirects = false, ranges = true, etags = true, hides, beside } = options
  const kept = new Map(Object.entries(files))
  const stated = new Map<string, { readonly size?: number; readonly sha256?: string }>()
  const asked: Asked[] = []
  const faults = new Map<string, Answer[]>()

  const listing = () => [...kept].map(([path, bytes]) => {
    const size = stated.get(path)?.size ?? bytes.length
    return { type: 'file', path, size, oid: '0'.repeat(40), ...(LARGE.test(path) ? { lfs: { oid: stated.get(path)?.sha256 ?? sha256(bytes), size, pointerSize: 134 } } : {}) }
  })
  const send = ({ method, headers }: Asked, response: ServerResponse, bytes: Uint8Array): void => {
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
    const shared = { ...CORS, 'content-type': 'application/octet-stream', ...(etags ? { etag: `"${sha256(bytes).slice(0, 8)}"` } : {}) }
    if (ranges && headers.range !== undefined && from >= bytes.length) {
      response.writeHead(416, { ...shared, 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    const partial = ranges && headers.range !== undefined
    const body = partial ? bytes.subarray(from) : bytes
    response.writeHead(partial ? 206 : 200, {
      ...shared, 'content-length': body.length, ...(partial ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    response.end(method === 'HEAD' ? undefined : body)
  }
  const nameOf = (path: string): string | undefined => {
    const prefix = layout === 'plain' ? '/' : `/${id}/resolve/main/`
    return path.startsWith(prefix) ? decodeURIComponent(path.slice(prefix.length)) : undefined
  }
  let elsewhere = ''
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const one: Asked = { method: request.method ?? 'GET', path: request.url ?? '', headers: request.headers }
    if (one.method === 'OPTIONS') {
      response.writeHead(204, CORS).end()
      return
    }
    asked.push(one)
    const there = one.path.startsWith('/elsewhere/')
    const name = there ? decodeURIComponent(one.path.slice('/elsewhere/'.length)) : nameOf(one.path)
    if (!there && token !== undefined && one.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { ...CORS, 'x-error-code': 'GatedRepo', 'x-error-message': 'Access to this model is restricted.' }).end()
      return
    }
    if (layout === 'hub' && one.path === `/api/models/${id}/tree/main?recursive=true`) {
      response.writeHead(200, { ...CORS, 'content-type': 'application/json' }).end(JSON.stringify(listing()))
      return
    }
    const bytes = name === undefined ? undefined : kept.get(name)
    if (name === undefined && beside !== undefined) {
      response.writeHead(307, { ...CORS, location: `${beside.origin}${one.path}` }).end()
      return
    }
    if (name === undefined || bytes === undefined) {
      response.writeHead(hides === 'forbidden' ? 403 : 404, hides === 'unreadable' ? {} : CORS).end('Entry not found')
      return
    }
    if (redirects && !there && LARGE.test(name)) {
      response.writeHead(302, { ...CORS, location: `${elsewhere}/elsewhere/${name}` }).end()
      return
    }
    const fault = one.method === 'GET' ? faults.get(name)?.shift() : undefined
    if (fault === undefined || fault(one, response) === false) send(one, response, bytes)
  }
  const servers = [createServer(handle), createServer(handle)]
  const origins = await Promise.all(servers.map((server) => new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })))
  elsewhere = origins[1]!
  return {
    origin: origins[0]!, asked, faults, files: kept, stated,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })))
    },
  }
}
