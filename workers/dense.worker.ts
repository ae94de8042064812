// Serves the dense part of the retrieval protocol: one embedded catalogue at a time, ranked off the page's thread.
import * as Comlink from 'comlink'
import { openDenseService } from './retrieval/dense/service.ts'

Comlink.expose(openDenseService())
