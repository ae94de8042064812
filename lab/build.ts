// Builds the page (or the lab's own page) when the sources changed since the last build, and only then.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { build, type InlineConfig } from 'vite'
import { ROOT } from './root.ts'

const SOURCES = ['index.html', 'package-lock.json', 'vite.config.ts', 'public', 'src', 'workers'] as const
const STAMP = '.sources'

function* filesUnder(path: string): Generator<string> {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) yield* filesUnder(child)
    else if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) yield child
  }
}

/** Hex SHA-256 over names and bytes of every source file of the build; tests do not count. */
export function hashSources(extra: readonly string[] = []): string {
  const hash = createHash('sha256')
  for (const source of [...SOURCES, ...extra]) {
    const path = resolve(ROOT, source)
    if (!existsSync(path)) continue
    const files = /\.\w+$/.test(source) ? [path] : filesUnder(path)
    for (const file of files) hash.update(relative(ROOT, file).split(sep).join('/')).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

/** True when `outDir` holds a whole build of exactly these sources. */
function isFresh(outDir: string, hash: string): boolean {
  const stamp = join(outDir, STAMP)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
}

/**
 * Brings `outDir` up to date; the stamp is written last, so an interrupted build counts as none. Returns whether it built.
 * It is a production build whatever NODE_ENV the caller has (a test runner's would put React's development build into the page).
 */
export async function ensureBuilt(outDir: string, config: InlineConfig, hash: string): Promise<boolean> {
  if (isFresh(outDir, hash)) return false
  rmSync(join(outDir, STAMP), { force: true })
  const callers = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build({ ...config, logLevel: 'error', build: { ...config.build, outDir, emptyOutDir: true, reportCompressedSize: false } })
  } catch (error) {
    throw new Error(`${relative(ROOT, config.root ?? ROOT) || 'the page'} could not be built: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    if (callers === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = callers
  }
  writeFileSync(join(outDir, STAMP), hash)
  return true
}
