// Serves the ingest protocol: one read at a time, off the page's thread.
import * as Comlink from 'comlink'
import { intake } from './ingest/intake.ts'
import { openDataset } from './store/store.ts'
import type { IngestService } from '../src/protocol/ingest.ts'

let underWay: AbortController | undefined

const service: IngestService = {
  recognise: () => Promise.reject(new Error('not yet')),
  async read(files, request, onProgress) {
    const hash = await service.store(files, request, onProgress)
    return openDataset(hash)
  },
  async store(files, request, onProgress) {
    if (underWay !== undefined) throw new Error(`ingest: a read is under way; cancel it before reading ${request.name}`)
    const controller = new AbortController()
    underWay = controller
    try {
      return await intake(files, request, { signal: controller.signal, ...(onProgress === undefined ? {} : { onProgress }) })
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
