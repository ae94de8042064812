// Serves the ingest protocol: one read at a time, off the page's thread.
import * as Comlink from 'comlink'
import { readEsci } from './ingest/esci.ts'
import type { IngestService } from '../src/protocol/ingest.ts'

let underWay: AbortController | undefined

const service: IngestService = {
  async read(files, name, onProgress) {
    if (underWay !== undefined) throw new Error(`ingest: a read is under way; cancel it before reading ${name}`)
    const controller = new AbortController()
    underWay = controller
    try {
      return await readEsci(files, name, { signal: controller.signal, ...(onProgress === undefined ? {} : { onProgress }) })
    } finally {
      underWay = undefined
    }
  },
  cancel() {
    underWay?.abort(new Error('the read was cancelled; nothing of it was kept'))
    return Promise.resolve()
  },
}

Comlink.expose(service)
