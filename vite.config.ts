// Vite for the page and its workers, and Vitest's projects: `unit` in Node, `gpu` in Chromium, `lab` for whole commands.
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { CHROME_FLAGS, findChrome } from './lab/chrome.ts'

const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'credentialless' }
const chrome = findChrome()

export default defineConfig({
  plugins: [react()],
  server: { headers: isolation, host: '127.0.0.1' },
  preview: { headers: isolation, host: '127.0.0.1' },
  worker: { format: 'es' },
  build: { target: 'es2023', chunkSizeWarningLimit: 2000 },
  optimizeDeps: {
    include: ['@zip.js/zip.js/lib/zip-core-native.js', 'client-zip', 'comlink', 'react', 'react-dom/client', 'react/jsx-dev-runtime', 'zustand', 'zustand/vanilla', 'recharts', 'minisearch', 'hash-wasm', 'hyparquet', 'hyparquet-compressors', 'hyparquet-writer', '@huggingface/transformers', '@huggingface/tokenizers', '@huggingface/jinja', 'onnxruntime-web/webgpu'],
  },
  test: {
    projects: [
      // one core: the other is for the GPU tests that run beside
      { extends: true, test: { name: 'unit', environment: 'node', maxWorkers: 1, testTimeout: 60_000, include: ['{src,workers,lab,e2e}/**/*.test.ts'], exclude: ['**/*.gpu.test.ts', '**/*.lab.test.ts'] } },
      // whole commands, each with a browser of its own, one at a time
      { extends: true, test: { name: 'lab', environment: 'node', include: ['lab/**/*.lab.test.ts'], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false } },
      {
        extends: true,
        test: {
          name: 'gpu', include: ['{workers,e2e}/**/*.gpu.test.ts'], testTimeout: 120_000,
          browser: {
            enabled: true, headless: true, screenshotFailures: false, instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: { ...(chrome === undefined ? {} : { executablePath: chrome }), args: [...CHROME_FLAGS] } }),
          },
        },
      },
    ],
  },
})
