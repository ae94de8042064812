// Pools of retrieval workers on fakes: who indexes, who shares, who is closed when, and how queries are spread.
import { describe, expect, test } from 'vitest'
import type { LexicalSpec } from '../domain/recommender.ts'
import type { RetrievalService, WireRanking } from '../protocol/retrieval.ts'
import type { Connection } from './connection.ts'
import { askPool, RetrievalPools } from './retrievalPool.ts'

const WEIGHTS = { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }
const SPEC: LexicalSpec = { kind: 'bm25', analyzer: 'plain', k1: 1.2, b: 0.75, weights: WEIGHTS, query: 'bag' }
const DATA = { hash: 'f00d', productCount: 3 }

/** Workers whose calls are written down; `slow` makes the named one wait before each ranking. */
function host(how: { readonly shares?: boolean; readonly memory?: unknown; readonly refuse?: boolean; readonly slow?: number } = {}) {
  const log: string[] = []
  const crashes: ((reason: Error) => void)[] = []
  const connect = (): Connection<RetrievalService> => {
    const name = String(crashes.length)
    let crash: (reason: Error) => void = () => undefined
    const failed = new Promise<Error>((resolve) => { crash = resolve })
    crashes.push(crash)
    const service = {
      async open(hash: string, spec: LexicalSpec, onProgress?: (share: number) => void) {
        log.push(`${name} open ${hash} ${spec.kind}`)
        onProgress?.(name === '0' ? 0.5 : 0.25)
        await Promise.resolve()
        if (how.refuse === true) throw new Error('dataset f00d is not in this browser\'s store')
        onProgress?.(1)
        return { name: spec.kind, products: 3, ms: 1, bytes: 99 }
      },
      share: () => Promise.resolve(how.memory),
      attach: (hash: string, shared: unknown) => {
        log.push(`${name} attach ${hash} ${String(shared)}`)
        return Promise.resolve()
      },
      async rank(queries: readonly string[], k: number, spec?: LexicalSpec): Promise<WireRanking[]> {
        log.push(`${name} rank ${queries.join(',')} ${k} ${spec?.kind}`)
        if (how.slow === Number(name)) await new Promise((resolve) => { setTimeout(resolve, 30) })
        return queries.map((query) => ({ ids: `${query}!`, scores: Float64Array.of(1) }))
      },
    } as unknown as RetrievalService
    return { service, failed, close: () => void log.push(`${name} close`) }
  }
  return { log, crashes, pools: new RetrievalPools({ connect, workers: 8, shares: how.shares ?? true }) }
}

describe('a pool', () => {
  test('is indexed by one worker, whose memory the other attaches', async () => {
    const { log, pools } = host({ memory: 'shared' })
    const { pool } = await pools.lease(DATA, SPEC, {})
    expect(log).toEqual(['0 open f00d bm25', '1 attach f00d shared'])
    expect(pool.services).toHaveLength(2)
    expect(pool.report).toMatchObject({ bytes: 99 })
  })

  test('without shared memory is indexed by each worker, and by one where that would take too much', async () => {
    const small = host({ shares: false })
    const told: number[] = []
    await small.pools.lease(DATA, SPEC, { onProgress: (share) => told.push(share) })
    expect(small.log).toEqual(['0 open f00d bm25', '1 open f00d bm25'])
    expect(told).toEqual([0.25, 1])
    const large = host({ shares: false })
    await large.pools.lease({ ...DATA, productCount: 1_200_000 }, SPEC, {})
    expect(large.log).toEqual(['0 open f00d bm25'])
  })

  test('whose index has nothing to share is indexed again', async () => {
    const { log, pools } = host({ memory: undefined })
    await pools.lease(DATA, SPEC, {})
    expect(log).toEqual(['0 open f00d bm25', '1 open f00d bm25'])
  })

  test('serves every scoring of its index, and ends with the last of them', async () => {
    const { log, pools } = host({ memory: 'm' })
    const [first, second] = await Promise.all([pools.lease(DATA, SPEC, {}), pools.lease(DATA, { ...SPEC, kind: 'minisearch', b: 0.7 }, {})])
    expect(second.pool).toBe(first.pool)
    first.release()
    first.release()
    expect(log).not.toContain('0 close')
    second.release()
    expect(log.slice(-2)).toEqual(['0 close', '1 close'])
    expect((await pools.lease(DATA, SPEC, {})).pool).not.toBe(first.pool)
  })

  test.each([
    ['another analyzer', DATA, { ...SPEC, analyzer: 'lucene' as const }], ['another dataset', { ...DATA, hash: 'beef' }, SPEC],
    ['Boolean queries', DATA, { ...SPEC, query: 'boolean' as const }],
  ])('is not shared with %s', async (_, dataset, spec) => {
    const { pools } = host({ memory: 'm' })
    expect((await pools.lease(DATA, SPEC, {})).pool).not.toBe((await pools.lease(dataset, spec, {})).pool)
  })

  test('that could not be opened says why, is closed, and is opened anew by the next', async () => {
    const { log, pools } = host({ refuse: true })
    await expect(pools.lease(DATA, SPEC, {})).rejects.toThrow('dataset f00d is not in this browser\'s store')
    expect(log.filter((line) => line.endsWith('close'))).not.toEqual([])
    await expect(pools.lease(DATA, SPEC, {})).rejects.toThrow('not in this browser')
    expect(log.filter((line) => line.endsWith('open f00d bm25')).length).toBeGreaterThan(1)
  })

  test('is closed when its opening is aborted, unless someone else waits for it', async () => {
    const { log, pools } = host({ memory: 'm' })
    const abort = new AbortController()
    const alone = pools.lease(DATA, SPEC, { signal: abort.signal })
    const other = pools.lease(DATA, SPEC, {})
    abort.abort(new Error('cancelled'))
    await expect(alone).rejects.toThrow('cancelled')
    expect(log).not.toContain('0 close')
    ;(await other).release()
    expect(log).toContain('0 close')
    await expect(pools.lease(DATA, SPEC, { signal: abort.signal })).rejects.toThrow('cancelled')
  })

  test('a worker of which crashed is not given to the next', async () => {
    const { crashes, pools } = host({ memory: 'm' })
    const { pool } = await pools.lease(DATA, SPEC, {})
    crashes[1]!(new Error('retrieval worker stopped'))
    expect((await pool.failed).message).toBe('retrieval worker stopped')
    expect((await pools.lease(DATA, SPEC, {})).pool).not.toBe(pool)
  })
})

describe('queries over a pool', () => {
  test('go to whichever worker is free, few enough in one reply, each once', async () => {
    const { log, pools } = host({ memory: 'm', slow: 0 })
    const { pool } = await pools.lease(DATA, SPEC, {})
    const queries = Array.from({ length: 12 }, (_, at) => `q${at}`)
    const found = new Map<string, string>()
    await askPool(pool, { ...SPEC, kind: 'lucene' })(queries, 2000, (query, { ids }) => found.set(query, ids))
    expect(found).toEqual(new Map(queries.map((query) => [query, `${query}!`])))
    const asked = log.filter((line) => line.includes('rank'))
    expect(asked[0]).toBe('0 rank q0,q1 2000 lucene')
    expect(asked.filter((line) => line.startsWith('0'))).toHaveLength(1)
    expect(asked).toHaveLength(6)
  })
})
