// The menu that adds a column: the three that every query has, a text of one's own, checkpoints of this run and of kept ones, and other systems.
import { Menu, MenuButton, MenuGroup, MenuGroupLabel, MenuItem, MenuProvider, MenuSeparator } from '@ariakit/react/menu'
import { stepWords } from '../../domain/stage.ts'
import type { RunRecord } from '../../state/runs/runs.ts'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import { checkpointColumn, FIRST_COLUMNS, sourceColumn, type ColumnId } from '../../state/inspect/columns.ts'
import { useRun, useRuns, useSources, useView, useWorkbench } from '../parts/stores.ts'

const MOST_RUNS = 40
const NOBODY = { sources: [], records: [] } as const

/** Brings a column into sight once it is drawn and the menu has given the focus back. */
function reveal(id: ColumnId): void {
  setTimeout(() => {
    const column = document.querySelector<HTMLElement>(`[data-column="${CSS.escape(id)}"]`)
    column?.scrollIntoView({ block: 'nearest', inline: 'end' })
    column?.querySelector('textarea')?.focus({ preventScroll: true })
  }, 50)
}

function Item({ id, children, note }: { readonly id: ColumnId; readonly children: string; readonly note?: string | undefined }) {
  const { view } = useWorkbench()
  const there = useView((state) => state.columns.includes(id))
  return (
    <MenuItem
      className="menu-item" disabled={there}
      onClick={() => {
        view.addColumn(id)
        reveal(id)
      }}
    >
      <span>{children}</span><small>{there ? 'is shown' : note}</small>
    </MenuItem>
  )
}

/** Every checkpoint of a run, the latest first. */
function Checkpoints({ record }: { readonly record: RunRecord }) {
  return record.checkpoints.toReversed().map(({ stage, step, names }) => (
    <Item key={`${stage} ${step}`} id={checkpointColumn(record.id, stage, step)} note={names.filter((name) => name !== 'step').join(', ')}>
      {stepWords(stage, step)}
    </Item>
  ))
}

function RunItem({ record }: { readonly record: RunRecord }) {
  return (
    <MenuProvider>
      <MenuItem className="menu-item" render={<MenuButton />}>
        <span>{record.name}</span><small aria-hidden="true">{record.checkpoints.length} ▸</small>
      </MenuItem>
      <Menu className="menu" gutter={4} unmountOnHide fixed overflowPadding={8} aria-label={`Checkpoints of ${record.name}`}>
        <Checkpoints record={record} />
      </Menu>
    </MenuProvider>
  )
}

export function AddColumn() {
  const { view, runs, sources: store } = useWorkbench()
  const sources = useSources((state) => state.list)
  const records = useRuns((state) => state.records)
  const live = useRun((state) => state.record?.id)
  const withCheckpoints = records.filter(({ checkpoints }) => checkpoints.length > 0)
  const mine = withCheckpoints.find(({ id }) => id === live)
  const others = withCheckpoints.filter(({ id }) => id !== live)
  return (
    <MenuProvider setOpen={(open) => { if (open) void runs.look() }}>
      <MenuButton className="button">Add column</MenuButton>
      <Menu className="menu" gutter={4} unmountOnHide fixed overflowPadding={8}>
        <MenuGroup>
          <MenuItem
            className="menu-item"
            onClick={() => reveal(view.addTyped())}
          >
            <span>A text of your own</span><small>ranked as you type</small>
          </MenuItem>
          {FIRST_COLUMNS.map((id) => <Item key={id} id={id} note={titleOf(id, NOBODY).note}>{titleOf(id, NOBODY).title}</Item>)}
        </MenuGroup>
        <MenuSeparator className="menu-line" />
        <MenuGroup>
          <MenuGroupLabel className="menu-label">Checkpoints</MenuGroupLabel>
          {mine !== undefined && <Checkpoints record={mine} />}
          {others.slice(0, MOST_RUNS).map((record) => <RunItem key={record.id} record={record} />)}
          {others.length > MOST_RUNS && <p className="menu-note">the latest {MOST_RUNS} of {others.length} runs</p>}
          {withCheckpoints.length === 0 && <p className="menu-note">Train a run: its checkpoints can answer here.</p>}
        </MenuGroup>
        <MenuSeparator className="menu-line" />
        <MenuGroup>
          <MenuGroupLabel className="menu-label">Other systems</MenuGroupLabel>
          {sources.map(({ id, title, note }) => <Item key={id} id={sourceColumn(id)} note={note}>{title}</Item>)}
          <MenuItem className="menu-item" onClick={store.show}>
            <span>Bring another system …</span><small>a model, outputs, a ranking</small>
          </MenuItem>
        </MenuGroup>
      </Menu>
    </MenuProvider>
  )
}
