// Serves the protocol of imitations: texts of files and answers of teachers, kept in this browser.
import * as Comlink from 'comlink'
import type { ImitationsService } from '../src/protocol/imitations.ts'
import { ImitationStore } from './imitations/service.ts'
import { privateShelf } from './imitations/shelf.ts'

const service: ImitationsService = new ImitationStore({
  shelf: privateShelf, now: () => Date.now(), alone: async (work) => await navigator.locks.request('rec-r1-workbench imitations', work),
})

Comlink.expose(service)
