// The sample's people: their bytes come from the seed, the shop's reader takes them, and what they buy next can be foretold by rules that no text tells.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SAMPLE_SHARDS } from '../../src/domain/embedded.ts'
import { mean, ndcg, targetsOf } from '../../src/domain/metrics.ts'
import { ESCI_US } from '../../src/protocol/ingest.ts'
import { readShards } from '../../workers/ingest/shards.ts'
import { LexicalIndex } from '../../workers/retrieval/lexical.ts'
import { memoryReader, memoryWriter } from '../../workers/store/memory.ts'
import { SPEC } from './measure.ts'
import { interactionsParquet, itemsParquet, usersParquet } from './parquet.ts'
import { makeWorld, PEOPLE, setOf, type Person } from './people.ts'
import { makeShop, SHOP_SEED, type Item } from './shop.ts'

const shop = makeShop(SHOP_SEED)
const world = makeWorld(shop, SHOP_SEED)
const shipped = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../../public/sample/shop/${name}`, import.meta.url)))

describe('the shipped people and facts', () => {
  it('are what the seed gives, to the byte, and under 300 KB', () => {
    const made = { 'items.parquet': itemsParquet(world), 'interactions.parquet': interactionsParquet(world), 'users.parquet': usersParquet(world) }
    for (const [name, bytes] of Object.entries(made)) expect(Buffer.from(bytes).equals(Buffer.from(shipped(name))), name).toBe(true)
    expect(Object.values(made).reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(300_000)
  })

  it('come in with the shop: people with a split, a profile and rated purchases in order, products with numbers and tags', async () => {
    const catalogue = memoryWriter()
    const files = SAMPLE_SHARDS.map((name) => new File([shipped(name)], name))
    const { users, report } = await readShards(files, { filter: ESCI_US, mappings: {} }, catalogue, { signal: new AbortController().signal })
    expect(report.rejectedCount).toBe(0)
    expect(users).toHaveLength(PEOPLE.train + PEOPLE.test)
    const [first] = world.people
    expect(users[0]).toMatchObject({
      userId: first!.id, split: 'train', items: first!.purchases.map(({ item }) => item.id), strengths: first!.purchases.map(({ rating }) => rating),
      profile: { age: String(first!.age), gender: first!.gender, city_tier: String(first!.cityTier), interests: first!.interests.join(', ') },
    })
    expect(users.filter(({ split }) => split === 'test')).toHaveLength(PEOPLE.test)
    expect(users.every(({ times }) => times!.every((time, at) => at === 0 || time > times![at - 1]!))).toBe(true)
    const { id, tags, price, margin, stock, released, likes, comments, shares, category } = world.facts[0]!
    expect(catalogue.products.find((product) => product.id === id)).toMatchObject({ category, tags, numbers: { price, margin, stock, released, likes, comments, shares } })
  })
})

describe.each([SHOP_SEED, 101])('the people of seed %i', (seed) => {
  const of = seed === SHOP_SEED ? shop : makeShop(seed)
  const { people, next } = seed === SHOP_SEED ? world : makeWorld(of, seed)

  it('are not foretold by buying again, somewhat by brand and color, and well by what follows what', async () => {
    const index = await LexicalIndex.build(memoryReader(of.products), SPEC)
    const test = people.filter(({ split }) => split === 'test')
    const score = (words: (last: Item) => readonly string[]): number => {
      const rankings = index.rank(test.map((person) => words(lastBefore(person)).join(' ')), 10)
      return mean(test.map((person, i) => ndcg(rankings[i]!.ids.split('\n'), targetsOf([{ productId: person.purchases.at(-1)!.item.id, label: 'E' }], { gains: 'exact', duplicateTargets: 'distinct' }), 10)))
    }
    const { catalogueWay: way } = of
    const again = score(({ brand, type, color }) => [way(brand), way(type), way(color)])
    const another = score(({ brand, type, color }) => [way(brand), way(setOf(type).find((one) => one !== type)!), way(color)])
    const following = score(({ brand, type, color }) => [way(brand), way(next(type)), way(color)])
    expect(again).toBeLessThan(0.1)
    expect(another).toBeGreaterThan(again + 0.05)
    expect(following).toBeGreaterThan(another + 0.15)
  })
})

describe('another seed', () => {
  it('has other things follow', () => {
    const other = makeWorld(makeShop(101), 101)
    const types = shop.items.map(({ type }) => type)
    const same = types.filter((type) => world.next(type) === other.next(type)).length / types.length
    expect(same).toBeLessThan(0.5)
  })
})

function lastBefore({ purchases }: Person): Item {
  return purchases.at(-2)!.item
}
