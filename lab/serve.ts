// Serves a built folder on localhost with cross-origin isolation; a file that is not there is a 404, never the page again.
import { preview, type Connect } from 'vite'

/** The headers under which a page may use shared memory. */
export const ISOLATION: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'credentialless',
}

export interface Serving {
  readonly outDir: string
  /** tried first; the next free one is taken when it is in use */
  readonly port: number
  /** answers before the folder does */
  readonly middleware?: Connect.NextHandleFunction
}

/** Starts serving; the address ends in a slash. */
export async function serve({ outDir, port, middleware }: Serving): Promise<{ address: string; close(): Promise<void> }> {
  const server = await preview({
    configFile: false, appType: 'mpa', logLevel: 'warn', build: { outDir },
    preview: { host: '127.0.0.1', port, strictPort: false, headers: { ...ISOLATION } },
    plugins: middleware === undefined ? [] : [{
      name: 'lab',
      configurePreviewServer(preview) {
        preview.middlewares.use(middleware)
      },
    }],
  })
  const bound = server.httpServer.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return { address: `http://localhost:${bound.port}/`, close: () => server.close() }
}
