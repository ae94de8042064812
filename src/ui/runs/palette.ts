// Colours and dash patterns of runs that are drawn together, by their place in the comparison: colour is never the only sign.

export const RUN_COLOURS = ['var(--run-1)', 'var(--run-2)', 'var(--run-3)', 'var(--run-4)', 'var(--run-5)', 'var(--run-6)', 'var(--run-7)', 'var(--run-8)'] as const
export const RUN_DASHES = ['none', '6 3', '2 2', '8 3 2 3', '4 2', '1 3', '10 4', '6 2 1 2 1 2'] as const
/** Curves of more runs than this cannot be told apart. */
export const MOST_OVERLAID = 8
