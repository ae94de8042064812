// Command: npx tsx lab/sample/make-encoder.ts [--out DIR] trains the embedded sentence encoder on the embedded shop and writes its folder.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { encoderFiles } from './encoder/files.ts'
import { trainEncoder, TRAINING } from './encoder/train.ts'
import { makeShop, SHOP_SEED } from './shop.ts'

const folder = fileURLToPath(new URL('../../public/sample/encoder/', import.meta.url))
const { values } = parseArgs({ options: { out: { type: 'string', default: folder } } })

const shop = makeShop(SHOP_SEED)
const losses: number[] = []
const encoder = trainEncoder(shop.products, shop.queries.filter(({ split }) => split === 'train'), TRAINING, (loss) => losses.push(loss))
for (const [path, bytes] of Object.entries(encoderFiles(encoder))) {
  mkdirSync(dirname(join(values.out, path)), { recursive: true })
  writeFileSync(join(values.out, path), bytes)
  console.error(`${path}: ${bytes.length} bytes`)
}
console.log(JSON.stringify({ tokens: encoder.vocabulary.length, width: encoder.width, loss: { first: losses[0], last: losses.at(-1) } }))
