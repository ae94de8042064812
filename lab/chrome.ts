// Finds an installed Chrome or Chromium, and names the flags under which WebGPU runs without a GPU.
import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright'

/** For a person's browser: whichever adapter the machine has, the software one included. */
export const WEBGPU_FLAGS: readonly string[] = ['--enable-unsafe-webgpu']

/** For headless Chromium: the software WebGPU adapter, and no traffic to other hosts. */
export const CHROME_FLAGS: readonly string[] = [
  '--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-quic',
]

const PLACES: readonly string[] = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/opt/google/chrome/chrome',
  '/snap/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a browser: `CHROME_PATH`, else the usual places, else the one Playwright's installer left, else undefined. */
export function findChrome(): string | undefined {
  const named = process.env['CHROME_PATH']
  if (named !== undefined && named !== '') return named
  return [...PLACES, chromium.executablePath()].find(runnable)
}
