// The runs that a grid draws, as columns that follow them; charts hear that something was added and draw it in their own time.
import { createStore } from 'zustand/vanilla'
import type { Settings } from '../../domain/settings.ts'
import type { RunState } from '../../state/run/run.ts'
import { RunSeries } from './runSeries.ts'

/** A run whose curves are drawn: the live one, or a kept one. */
export interface ChartedRun {
  readonly id: string
  readonly name: string
  readonly state: RunState
  readonly settings: Settings
  /** whose colour and dash it has among several: its place in the comparison, where runs before it are not drawn; else its place in the list */
  readonly place?: number
}

export class Charted {
  /** counts changes */
  readonly version = createStore<number>(() => 0)
  series: readonly RunSeries[] = []

  constructor(runs: readonly ChartedRun[]) {
    this.follow(runs)
  }

  /** Takes the runs as they are now; one that was there keeps its columns. */
  follow(runs: readonly ChartedRun[]): void {
    const before = this.series
    const places = before.map(({ place }) => place).join()
    this.series = runs.map(({ id, name, settings, place }, at) => {
      const series = before.find((one) => one.id === id) ?? new RunSeries(id, name, settings)
      return Object.assign(series, { name, place: place ?? at })
    })
    const grown = runs.map(({ state, settings }, at) => this.series[at]!.follow(state, settings)).includes(true)
    const placed = this.series.map(({ place }) => place).join() !== places
    const others = before.length !== runs.length || before.some((series, at) => series !== this.series[at])
    if (grown || placed || others) this.version.setState((version) => version + 1, true)
  }
}
