// Writes the bundle for a machine without this repository: `npx tsx lab/dawn/make.ts OUT.mjs`, and there `node OUT.mjs PATH/dawn.node NAME …`.
import { buildForDawn } from './build.ts'

const target = process.argv[2]
if (target === undefined) throw new Error('no file was given; give the path of the bundle to write, such as bench.mjs')
await buildForDawn(target)
