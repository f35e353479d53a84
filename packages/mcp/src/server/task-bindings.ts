import type { ResourceRef } from '@keywright/core'

/** Whose a task is, and what its tool requires of them. */
export interface BoundTask {
  /** The caller and the narrowing, as of sessions. */
  readonly owner: string
  readonly tool: string
  /** What the call of the tool was about. */
  readonly resource: ResourceRef | null
}

/** The tasks of one endpoint, by their ids. What is forgotten is nobody's any more. */
export interface TaskBindings {
  add(taskId: string, task: BoundTask): void
  find(taskId: unknown): BoundTask | undefined
  forget(taskId: string): void
  /** The ids of all tasks of one caller, the oldest first. */
  ofOwner(owner: string): string[]
}

/** @param maxEach - How many tasks of one caller are remembered. The oldest is forgotten first. @param max - How many of all. */
export function taskBindings(maxEach = 1_000, max = 10_000): TaskBindings {
  const tasks = new Map<string, BoundTask>()
  const ofOwner = (owner: string): string[] =>
    [...tasks].filter(([, task]) => task.owner === owner).map(([taskId]) => taskId)
  return {
    add: (taskId, task) => {
      const [oldest, ...others] = ofOwner(task.owner)
      if (oldest !== undefined && others.length + 1 >= maxEach) tasks.delete(oldest)
      const [oldestOfAll] = tasks.keys()
      if (oldestOfAll !== undefined && tasks.size >= max) tasks.delete(oldestOfAll)
      tasks.set(taskId, task)
    },
    find: (taskId) => (typeof taskId === 'string' ? tasks.get(taskId) : undefined),
    forget: (taskId) => void tasks.delete(taskId),
    ofOwner,
  }
}
