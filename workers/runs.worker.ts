// Serves the store of runs.
import { expose } from 'comlink'
import { RunStore } from './runs/runs.ts'

expose(new RunStore())
