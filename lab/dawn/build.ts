// Bundles the benches for Dawn in Node into one file.
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
