// Bundles the benches for Dawn in Node into one file: `npx tsx lab/dawn/build.ts OUT.mjs`, then `node OUT.mjs PATH/dawn.node NAME …`.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from '../root.ts'

/** Writes the bundle to `target`: WGSL inside, nothing left to install. */
export async function buildForDawn(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rec-r1-dawn-'))
  try {
    await build({
      configFile: false, root: ROOT, logLevel: 'error', ssr: { noExternal: true },
      build: { ssr: join(ROOT, 'lab/dawn/entry.ts'), outDir: folder, emptyOutDir: true, target: 'node20', minify: false, rolldownOptions: { output: { entryFileNames: 'bench.mjs', codeSplitting: false } } },
    })
    copyFileSync(join(folder, 'bench.mjs'), target)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const target = process.argv[2]
if (target === undefined) throw new Error('no file was given; give the path of the bundle to write, such as bench.mjs')
await buildForDawn(target)
