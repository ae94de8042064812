// Serves the protocol of frozen models: one model a worker, off the page's thread.
import * as Comlink from 'comlink'
import { FrozenDesk } from './frozen/desk.ts'

Comlink.expose(new FrozenDesk())
