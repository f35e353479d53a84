import type { ResourceRef } from '@keywright/core'

/** Whose a task is, and what its tool requires of them. */
export interface BoundTask {
  /** The caller, on whichever connection. */
  readonly caller: string
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

/**
 * @param maxEach - How many tasks of one caller are remembered, on all their connections. The oldest is forgotten first.
 * @param max - How many of all. Whoever has most makes room, so that nobody can push out those of others by making many.
 */
export function taskBindings(maxEach = 1_000, max = 10_000): TaskBindings {
  const tasks = new Map<string, BoundTask>()
  const idsOf = (isMeant: (task: BoundTask) => boolean): string[] =>
    [...tasks].filter(([, task]) => isMeant(task)).map(([taskId]) => taskId)
  const makeRoom = (added: string): void => {
    const counts = new Map<string, number>()
    for (const { caller } of tasks.values()) counts.set(caller, (counts.get(caller) ?? 0) + 1)
    const [most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [added, counts.get(added) ?? 0])
    const full = (counts.get(added) ?? 0) >= maxEach ? added : tasks.size >= max ? most : null
    const [oldest] = full === null ? [] : idsOf(({ caller }) => caller === full)
    if (oldest !== undefined) tasks.delete(oldest)
  }
  return {
    add: (taskId, task) => {
      tasks.delete(taskId)
      makeRoom(task.caller)
      tasks.set(taskId, task)
    },
    find: (taskId) => (typeof taskId === 'string' ? tasks.get(taskId) : undefined),
    forget: (taskId) => void tasks.delete(taskId),
    ofOwner: (owner) => idsOf((task) => task.owner === owner),
  }
}
