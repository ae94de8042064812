// Playwright against the production build, as `npm start` serves it.
import { defineConfig } from '@playwright/test'
import { CHROME_FLAGS, findChrome } from '../lab/chrome.ts'

const port = Number(process.env['E2E_PORT'] ?? 4183)
const chrome = findChrome()

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  // the software adapter already takes every core
  workers: 1,
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
