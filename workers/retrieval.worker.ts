// Serves the retrieval protocol: one catalogue at a time, indexed and ranked off the page's thread.
import * as Comlink from 'comlink'
import { Retrieval } from './retrieval/service.ts'
import { openCatalogue } from './store/store.ts'

Comlink.expose(new Retrieval(openCatalogue, Comlink.transfer))
