// Checks that what is held in memory for a recommender reaches the one it was meant for, and no other.
import { expect, test, vi } from 'vitest'
import type { OpenOptions } from '../../client/opened.ts'
import { parseSettings } from '../../domain/config.ts'
import { Ranker } from './ranker.ts'

const http = (url: string) => parseSettings(['recommender=http', `httpUrl=${url}`])

async function opened(settings: ReturnType<typeof http>) {
  const asked: OpenOptions[] = []
  const authorised: unknown[] = []
  const ranker = new Ranker((_, __, options) => {
    asked.push(options ?? {})
    const authorise = (header: unknown) => Promise.resolve(void authorised.push(header))
    const recommender = { name: 'fake', rank: () => Promise.resolve([]) }
    return Promise.resolve({ recommender, failed: new Promise<Error>(() => undefined), close: () => undefined, authorise })
  }, settings, () => undefined)
  await ranker.open({ hash: 'h', productCount: 1 }, () => undefined, new AbortController().signal)
  return { ranker, asked, authorised }
}

test('a header goes to the server that it was given for, and to no other that the settings name later', async () => {
  const { ranker, asked, authorised } = await opened(http('http://one.example/index'))
  ranker.equip({ authorisation: { name: 'Authorization', value: 'ApiKey secret', origin: 'http://one.example' } })
  expect(authorised).toEqual([{ name: 'Authorization', value: 'ApiKey secret' }])
  ranker.rankBy(http('http://two.example/index'))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[1]).not.toHaveProperty('authorisation')
  ranker.rankBy(http('http://one.example/another'))
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  expect(asked[2]).toHaveProperty('authorisation', { name: 'Authorization', value: 'ApiKey secret' })
})

test('a dropped encoder stands for the encoder of its name only', async () => {
  const dense = (encoder: string) => parseSettings(['recommender=dense', `encoder=${encoder}`])
  const { ranker, asked } = await opened(dense('sample'))
  const files = { 'config.json': new File([''], 'config.json') }
  ranker.equip({ folder: { name: 'mini', files } })
  ranker.rankBy(dense('mini'))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[0]).not.toHaveProperty('files')
  expect(asked[1]).toHaveProperty('files', files)
})
