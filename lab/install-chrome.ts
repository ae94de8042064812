// Installs a browser where there is none: Playwright's own Chromium, else Debian's package as root; else says what to do.
import { spawnSync } from 'node:child_process'
import { findChrome } from './chrome.ts'

const MINUTE_MS = 60_000

const REMEDY = 'install Google Chrome or Chromium, or set CHROME_PATH to the program of an installed one, and run npm test again'

function succeeds(command: string, args: readonly string[], timeout: number): boolean {
  console.log(`$ ${[command, ...args].join(' ')}`)
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0
}

/** A browser that prints its version has all its libraries; one that lacks some does not. */
export function starts(chrome: string): boolean {
  return spawnSync(chrome, ['--version', '--no-sandbox'], { stdio: 'ignore', timeout: MINUTE_MS }).status === 0
}

/** The path of a browser that starts, installed first where none is found. Throws a sentence with the remedy when that fails too. */
export function ensureChrome(): string {
  const found = findChrome()
  if (found !== undefined) {
    if (starts(found)) return found
    if (process.env['CHROME_PATH']) throw new Error(`CHROME_PATH names ${found}, which does not start; ${REMEDY}`)
    console.log(`${found} does not start; looking for another`)
  }
  const debian = process.platform === 'linux' && process.getuid?.() === 0
  const playwright = (...args: readonly string[]) => succeeds('npx', ['--no-install', 'playwright', ...args], 5 * MINUTE_MS)
  const means: readonly (() => boolean)[] = [
    () => playwright('install', '--no-shell', 'chromium'),
    // it came but does not start: libraries are missing
    () => debian && findChrome() !== undefined && playwright('install-deps', 'chromium'),
    () => {
      if (!debian) return false
      // one unreachable source fails the update, yet the package may be there
      succeeds('apt-get', ['update'], 2 * MINUTE_MS)
      return succeeds('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], 5 * MINUTE_MS)
    },
  ]
  for (const install of means) {
    if (!install()) continue
    const installed = findChrome()
    if (installed !== undefined && starts(installed)) return installed
  }
  throw new Error(`no Chrome or Chromium was found and none could be installed; ${REMEDY}`)
}
