// Ends the current task, as the loop does: for stores and views.
export { nextTask } from '../experiment/nextTask.ts'
