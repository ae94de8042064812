// Every run as a folder of the browser's private file system: run.json, events.jsonl, checkpoints.
export class RunStore {}
