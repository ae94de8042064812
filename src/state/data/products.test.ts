// Checks that products come into view in few questions, are kept, and are those of the open dataset.
import { expect, test, vi } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { createLibrary } from './library.ts'
import { createProducts } from './products.ts'
import { fakeBrowser } from '../testing.ts'

async function open() {
  const { client } = fakeBrowser(['esci'])
  const asked: string[] = []
  const library = createLibrary(client, settingsOf('sample'))
  await library.start()
  const lookup = (hash: string, ids: readonly string[]) => {
    asked.push(`${hash} ${ids.join(',')}`)
    const product = (id: string) => ({ id, title: `${id} of ${hash}`, description: '', bullets: '', brand: '', color: '' })
    return Promise.resolve(ids.map((id) => (id === 'none' ? undefined : product(id))))
  }
  return { library, asked, products: createProducts({ products: lookup }, library) }
}

test('what is wanted in one task is asked for at once, and never again', async () => {
  const { products, asked } = await open()
  products.want(['a'])
  products.want(['b', 'a'])
  products.want(['none'])
  await vi.waitFor(() => expect(products.getState().found.size).toBe(3))
  products.want(['a', 'none', 'c'])
  await vi.waitFor(() => expect(products.getState().found.size).toBe(4))
  expect(asked).toEqual(['#sample a,b,none', '#sample c'])
  expect(products.getState().found.get('a')?.title).toBe('a of #sample')
  expect(products.getState().found.get('none')).toBeNull()
})

test('another dataset starts afresh', async () => {
  const { products, library } = await open()
  products.want(['a'])
  await vi.waitFor(() => expect(products.getState().found.size).toBe(1))
  await library.open('#esci')
  expect(products.getState().found.size).toBe(0)
  products.want(['a'])
  await vi.waitFor(() => expect(products.getState().found.get('a')?.title).toBe('a of #esci'))
})

test('only so many are held, the oldest given up first and found again when they are wanted', async () => {
  const { products, asked } = await open()
  const many = Array.from({ length: 2500 }, (_, at) => `p${at}`)
  products.want(many)
  await vi.waitFor(() => expect(products.getState().found.size).toBe(2000))
  expect(products.getState().found.has('p499')).toBe(false)
  products.want(['p0'])
  await vi.waitFor(() => expect(products.getState().found.has('p0')).toBe(true))
  expect(asked).toHaveLength(2)
})
