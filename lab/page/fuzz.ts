// Hostile files, one after the other: each must end in a data set or in one sentence that names it, soon, and leave the shop in the store as it was.
import { readFiles, recogniseFiles, surveyFiles } from '../../src/client/ingest.ts'
import { createStore } from '../../src/client/store.ts'
import { hostileFile } from '../fuzz/mutate.ts'
import { chosenFiles } from './files.ts'
import type { FuzzJob, Results } from './protocol.ts'

/** The bar: no file may take longer. */
const LONGEST_MS = 10_000
const LONGEST_SENTENCE = 1200

export async function fuzz({ seed, first, count }: FuzzJob): Promise<Results['fuzz']> {
  const store = createStore()
  const shop = chosenFiles()
  const kept = await readFiles(shop, { name: 'shop' })
  const failed: string[] = []
  let [read, refused, slowestMs, slowest] = [0, 0, 0, '']
  for (let index = first; index < first + count; index++) {
    const { what, name, bytes } = await hostileFile(seed, index)
    const fail = (why: string): void => { failed.push(`number ${index} of seed ${seed} (${what}): ${why}`) }
    const started = performance.now()
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), LONGEST_MS)
    const { signal } = controller
    const file = new File([bytes], name)
    try {
      const [recognised] = await recogniseFiles([file], signal)
      const mappings = recognised?.suggested === undefined ? {} : { [name]: recognised.suggested }
      await surveyFiles([file], { mappings, signal })
      // beside good files of the other half, so that all the way into the store is gone
      const hash = await readFiles([...shop, file], { name, mappings, signal })
      read++
      if (hash !== kept) await store.remove(hash)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      refused++
      if (signal.aborted) fail(`it did not end within ${LONGEST_MS} ms`)
      else if (!isSentence(message, name)) fail(`it was refused with ${JSON.stringify(message.slice(0, 300))}`)
    } finally {
      clearTimeout(timer)
    }
    const ms = performance.now() - started
    if (ms > slowestMs) [slowestMs, slowest] = [ms, what]
  }
  const left = await store.list()
  if (left.length !== 1 || left[0]?.hash !== kept) {
    const names = left.map(({ name }) => name).join(', ') || 'nothing'
    failed.push(`after number ${first + count - 1} the store holds ${names} instead of the shop alone`)
  } else {
    const { dataset, close } = await store.open(kept)
    const [product] = await store.productsAt(kept, [dataset.productCount - 1])
    if (product === undefined) failed.push(`after number ${first + count - 1} the shop's products can't be read`)
    close()
  }
  return { cases: count, read, refused, failed, slowestMs, slowest }
}

/** One line that names the file; a good file's twin is refused by the same words, whichever of them is named. */
function isSentence(message: string, name: string): boolean {
  return (message.includes(name) || message.includes('same bytes')) && message.length <= LONGEST_SENTENCE && !message.includes('\n')
}
