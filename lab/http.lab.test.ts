// A whole run that a search server ranks: no rule of browsers in between, failures counted and paid with nothing, the header nowhere.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent, Summary } from '../src/experiment/events.ts'
import { bestOf, serveSearch, type Fault, type SearchServer } from './searchServer.ts'
import { lab } from './testing.ts'
import { SHOP, writeShop } from './testingShop.ts'

const SECRET = 'ApiKey bm90LWZvci1yZWNvcmRz'
const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
const { products, examples } = writeShop(folder)
let server: SearchServer

beforeAll(async () => {
  server = await serveSearch({ products: SHOP, authorization: SECRET })
})
afterAll(async () => {
  delete process.env['SEARCH_AUTHORIZATION']
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function train(out: string, ...pairs: readonly string[]) {
  const settings = [
    'steps=3', 'promptsPerStep=4', 'groupSize=2', 'validationEvery=0', 'trainable=lora', 'loraRank=2', 'recommender=http', 'httpRetries=1', ...pairs]
  return lab(['train', '--products', products, '--examples', examples, '--out', join(folder, out), ...settings.flatMap((pair) => ['--set', pair])])
}

/** The server knows nothing of lamps, desks and shoes, and says so for those queries alone. */
const broken = (query: string): boolean => /lamp|desk|shoe/.test(query)
const partly: Fault = ({ body }, response) => {
  server.faults.push(partly)
  const { queries, k } = JSON.parse(body) as { queries: string[]; k: number }
  const rankings = queries.map((query) => (broken(query) ? { error: 'shard 2 is down' } : { ids: bestOf(SHOP, query, k).map(([{ id }]) => id) }))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ rankings }))
}

test('without its header is refused before it begins', async () => {
  const { status, last } = await train('refused', 'httpEngine=elasticsearch', `httpUrl=${server.origin}/products`)
  expect(status).toBe(2)
  expect(last['error']).toContain('answered 401 (security_exception')
  expect(last['error']).toContain('give the authentication header that it asks for')
})

test('runs to its end with part of the server down: no reward for what was not ranked, and nothing of the header in its record', async () => {
  process.env['SEARCH_AUTHORIZATION'] = SECRET
  server.faults.push(partly)
  const { status, last, stderr } = await train('run', 'httpEngine=json', `httpUrl=${server.origin}/rank`)
  server.faults.length = 0
  expect(last['error']).toBeUndefined()
  expect(status).toBe(0)
  const summary = last as unknown as Summary
  const events = readFileSync(join(folder, 'run/events.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as RunEvent)
  const rollouts = events.flatMap((event) => (event.type === 'rollouts' ? event.rollouts : []))
  const failed = rollouts.filter((rollout) => rollout.failed !== undefined)
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThan(rollouts.length)
  for (const rollout of failed) {
    expect(rollout).toMatchObject({ advantage: 0, parts: {}, failed: expect.stringMatching(/said of this query: shard 2 is down$/) as string })
    expect(rollout).not.toHaveProperty('reward')
    expect(broken(rollout.rewrite!)).toBe(true)
  }
  for (const { reward, failed: why } of rollouts) expect(reward === undefined).toBe(why !== undefined)
  expect(summary.failed).toBe(failed.length)
  // three of the six test queries are about what is down
  expect(summary.test.original.failed).toBe(3)
  expect(summary.test.original['ndcg@10']).toBe(1)
  const alarms = events.flatMap((event) => (event.type === 'alarm' ? [event.message] : []))
  expect(alarms[0]).toMatch(/^3 of 6 rankings of the test queries failed and are left out of its means: .*shard 2 is down$/)
  expect(alarms.some((message) => message.includes('of rollouts got no ranking, and so no reward'))).toBe(true)
  expect(events[0]).toMatchObject({ type: 'start', recommender: 'http-json', settings: { httpEngine: 'json', httpUrl: `${server.origin}/rank` } })
  expect(server.seen.every(({ headers }) => headers.origin === undefined)).toBe(true)
  expect(server.seen.at(-1)!.headers.authorization).toBe(SECRET)
  const written = readdirSync(join(folder, 'run')).map((name) => readFileSync(join(folder, 'run', name), 'latin1')).join('\n')
  expect(`${written}${stderr}${JSON.stringify(last)}`).not.toContain('bm90LWZvci1yZWNvcmRz')
})
