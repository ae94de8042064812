// The page's own host may forward to one search server (`npm start -- --proxy URL`): requests to that server then go through it.
import type { HttpSpec } from '../domain/recommender.ts'

/** Where the host says what it forwards to: `{ "origin": "http://localhost:9200", "path": "/proxy" }`; 404 where it forwards nothing. */
const WHERE = 'proxy'

async function forwarding(): Promise<{ readonly origin: string; readonly path: string } | undefined> {
  try {
    const response = await fetch(`${import.meta.env.BASE_URL}${WHERE}`, { cache: 'no-store', headers: { accept: 'application/json' } })
    if (!response.ok) return undefined
    const { origin, path } = await response.json() as Record<string, unknown>
    return typeof origin === 'string' && typeof path === 'string' ? { origin, path } : undefined
  } catch {
    // a host without a proxy may answer anything
    return undefined
  }
}

/** The address under which the page reaches `spec`'s server: its own host's, where that forwards to just this origin. */
export async function throughProxy(spec: HttpSpec): Promise<HttpSpec> {
  const proxy = await forwarding()
  const url = new URL(spec.url)
  if (proxy === undefined || url.origin !== proxy.origin) return spec
  return { ...spec, url: new URL(`${proxy.path}${url.pathname}${url.search}`, location.origin).href }
}
