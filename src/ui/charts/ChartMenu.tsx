// What can be done with one chart.
import { Menu, MenuButton, MenuItem, MenuProvider, MenuSeparator } from '@ariakit/react'
import type { ChartAct } from './ChartCard.tsx'

const ACTS: readonly (readonly [act: ChartAct, says: string])[][] = [
  [['enlarge', 'Enlarge'], ['table', 'Show as table']],
  [['png', 'Save as PNG'], ['svg', 'Save as SVG'], ['csv', 'Save data as CSV'], ['jsonl', 'Save data as JSONL']],
]

export function ChartMenu({ title, onAct }: { readonly title: string; readonly onAct: (act: ChartAct) => void }) {
  return (
    <MenuProvider placement="bottom-end">
      <MenuButton className="chart-more" aria-label={`${title}: enlarge, table, save`}>⋯</MenuButton>
      <Menu className="menu" gutter={4} unmountOnHide portal>
        {ACTS.map((acts, group) => [
          group > 0 && <MenuSeparator key="between" className="menu-line" />,
          ...acts.map(([act, says]) => <MenuItem key={act} className="menu-item" onClick={() => onAct(act)}>{says}</MenuItem>),
        ])}
      </Menu>
    </MenuProvider>
  )
}
