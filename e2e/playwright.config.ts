// Playwright against the production build, as `npm start` serves it.
import { defineConfig } from '@playwright/test'
import { CHROME_FLAGS, findChrome } from '../lab/chrome.ts'

const port = Number(process.env['E2E_PORT'] ?? 4183)
const chrome = findChrome()

/** Specs that hold times of paints and tasks to a bar. */
const TIMED = ['**/charts.spec.ts', '**/queries.spec.ts', '**/main-thread.spec.ts']

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  workers: 2,
  projects: [
    // what is timed wants the machine to itself (`npm test` runs it alone); the others run two at a time
    { name: 'timed', testMatch: TIMED, workers: 1 },
    { name: 'pages', testIgnore: TIMED },
  ],
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: { ...(chrome === undefined ? {} : { executablePath: chrome }), args: [...CHROME_FLAGS] },
  },
  webServer: {
    command: 'npm run --silent start',
    cwd: '..',
    url: `http://localhost:${port}`,
    env: { PORT: String(port) },
    reuseExistingServer: false,
    timeout: 120_000,
  },
})
