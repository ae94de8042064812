// What the words of the tasks and of their training mean, with where they come from. Fetched with what shows them, not with the page.
import type { Entry } from '../glossary.ts'

export type TaskTerm = 'task' | 'recR1' | 'recllm' | 'history' | 'leaveOneOut' | 'transductive' | 'closedSet' | 'openSet' | 'candidates' | 'augmentation' | 'pseudoReview'
  | 'strong' | 'stages' | 'rejection' | 'teacher' | 'budget' | 'fullText'

export const TASK_TERMS: Readonly<Record<TaskTerm, Entry>> = {
  task: {
    term: 'Task', words: 'What the policy reads and writes, what the recommender is then asked, and which ranking is measured. Its prompt and parser have a version, which is recorded with every run.',
  },
  recR1: {
    term: 'Rec-R1', words: 'A language model writes what a recommender is asked; the recommender, whatever it is inside, ranks; the ranking’s measure is the reward. Nothing of the recommender is differentiated.',
    source: 'Lin, Wang and Qian 2025 (arXiv 2503.24289); code linjc16/Rec-R1',
  },
  recllm: {
    term: 'RecLLM-R1', words: 'Two stages: imitation of labelled or taught answers, then GRPO with a reward of many parts. The policy reads a profile, a history in sentences and a pool of items, gives its reasons, and lists items.',
    source: 'arXiv 2506.19235',
  },
  history: {
    term: 'History', words: 'What one person bought or rated, strictly by time, oldest first. A row asks what came next; the prompt tells the latest historyLength items.',
  },
  leaveOneOut: {
    term: 'Leave-one-out', words: 'Each history’s last item is the test, the one before it the validation, the earlier ones train. One relevant product a row: recall at k is then the hit rate.',
    source: 'Kang and McAuley 2018 (SASRec); RecLLM-R1’s Table 1',
  },
  transductive: {
    term: 'Transductive, inductive', words: 'Transductive: every item of history and target stands in training. Inductive: none does, so nothing could be learnt by heart. Rows with some of both belong to neither.',
    source: 'Rec-R1 (arXiv 2503.24289), its Beauty test',
  },
  closedSet: {
    term: 'Closed-set', words: 'The answer is made of given candidates, named by their numbers. What is named twice, or is no candidate, ranks nothing and may cost.',
  },
  openSet: {
    term: 'Open-set', words: 'The answer names anything in words; each name is matched to the catalogue by the recommender, and the matches, in turn, are one ranking.',
  },
  candidates: {
    term: 'Candidates', words: 'The pool to choose from, drawn before the prompt and the same for the same row and seed: the recommender’s best, relevant products among random ones, or what the data give. Measures on a pool are not those on the whole catalogue.',
    source: 'Krichene and Rendle 2020, on sampled metrics',
  },
  augmentation: {
    term: 'Feature augmentation', words: 'The policy writes a profile, or what goes with an item; a frozen recommender reads it beside its usual input, and its own measure is the reward.',
  },
  pseudoReview: {
    term: 'Pseudo-review', words: 'The review that a happy buyer might have written, written before anything was bought: reviews and catalogue texts lie nearer to each other in an encoder’s space than queries and texts do.',
    source: 'Rec-R1’s dense prompt for Amazon-C4; after HyDE (arXiv 2212.10496)',
  },
  strong: {
    term: 'Strong engagement', words: 'An event at or above strongFrom: a rating of 4 of 5, say. Labels are made of these; weaker events stay in the history.',
  },
  stages: {
    term: 'Stages', words: 'What a run does in order. Prompting measures the policy as it is; imitation (SFT) learns given answers; GRPO learns from the reward, from where the stage before it ended, which is then its reference.',
  },
  rejection: {
    term: 'Rejection sampling', words: 'The policy answers each training row several times; answers that earn more than rejectionFrom and more than their row’s mean are imitated. No gradient ever sees a bad answer: the fair baseline for GRPO at the same sampling cost.',
    source: 'Yuan et al. 2023 (arXiv 2308.01825); RAFT (arXiv 2304.06767)',
  },
  teacher: {
    term: 'Teacher', words: 'A frozen model, or a file of its outputs, whose answers are imitated. What it writes is read by the task’s own parser and written again in the task’s own form.',
  },
  budget: {
    term: 'Thought budget', words: 'Words that a thought may have before the long-thought part of the reward counts those beyond it. Nothing is cut.',
  },
  fullText: {
    term: 'Loss on the full text', words: 'Imitation that also learns to write the prompt, as the released script does: more tokens, most of them the same in every example, and more forgotten.',
    source: 'linjc16/Rec-R1’s SFT script',
  },
}
