import { InvalidOptions } from '@keywright/core'
import { isRecord } from '@keywright/core/adapter'
import type { AskHost } from '../caller/ask-host.js'
import { bindingOf } from '../caller/caller.js'
import { type CurrentMessage, currentMessage } from './message-context.js'
import { isTaskOf, reachesTask, taskOfCall } from './own-tasks.js'
import { type TaskBindings, taskBindings } from './task-bindings.js'

/** The `TaskStore` of SDK v1. `never` stands for the types of the SDK, which is not imported: its stores take them. */
export interface TaskStore {
  createTask(params: never, requestId: never, request: never, sessionId?: string): Promise<{ readonly taskId: string }>
  getTask(taskId: string, sessionId?: string): Promise<{ readonly taskId: string; readonly status: string } | null>
  storeTaskResult(taskId: string, status: never, result: never, sessionId?: string): Promise<void>
  getTaskResult(taskId: string, sessionId?: string): Promise<object>
  updateTaskStatus(taskId: string, status: never, statusMessage?: string, sessionId?: string): Promise<void>
  listTasks(cursor?: string, sessionId?: string): Promise<{ readonly tasks: object[]; readonly nextCursor?: string }>
}

/** The `TaskMessageQueue` of SDK v1. */
export interface TaskMessageQueue {
  enqueue(taskId: string, message: never, sessionId?: string, maxSize?: number): Promise<void>
  dequeue(taskId: string, sessionId?: string): Promise<object | undefined>
  dequeueAll(taskId: string, sessionId?: string): Promise<object[]>
}

const storeMethods = [
  'createTask',
  'getTask',
  'storeTaskResult',
  'getTaskResult',
  'updateTaskStatus',
  'listTasks',
] as const
const queueMethods = ['enqueue', 'dequeue', 'dequeueAll'] as const

const pageSize = 100

/** The tasks of one endpoint, and the stores and queues that keep the tasks of its callers apart. */
export interface OwnTasks {
  readonly bindings: TaskBindings
  readonly keepers: WeakSet<object>
  /**
   * Calls what the host keeps tasks in. Where the SDK does, for a client, an error of the host's is an outage: the client would be
   * shown its text.
   */
  readonly ask: AskHost
}

/** What nobody has made a task in yet. */
export function ownTasks(ask: AskHost): OwnTasks {
  const isForClient = (): boolean => currentMessage()?.handled === null
  return { bindings: taskBindings(), keepers: new WeakSet(), ask: async (work) => (isForClient() ? ask(work) : work()) }
}

/**
 * Whether all tasks of `server` are kept by keepers of this endpoint. The SDK keeps store and queue to itself, so they are known by
 * what they can do; where none is found, somebody else may keep the tasks.
 */
export function keepsOwnTasks(server: object, { keepers }: OwnTasks): boolean {
  const found = Object.values(server).filter((value) => can(value, storeMethods) || can(value, queueMethods))
  return found.some((value) => can(value, storeMethods)) && found.every((value) => keepers.has(value))
}

/**
 * A store that gives a client its own tasks only. The host's own code gets what `store` has.
 *
 * @throws {@link InvalidOptions} when `store` lacks a method.
 */
export function ownTaskStore(store: TaskStore, tasks: OwnTasks): TaskStore {
  checkMethods('store', store, storeMethods)
  const { bindings, keepers, ask } = tasks
  const unlessOwn = async (taskId: string): Promise<void> => {
    if (!(await reachesTask(bindings, taskId))) throw new Error(`Task with ID ${taskId} not found`)
  }
  const own: TaskStore = {
    createTask: async (params, requestId, request, sessionId) => {
      const task = await taskOfCall(request)
      const made = await ask(() => store.createTask(params, requestId, request, sessionId))
      bindings.add(made.taskId, task)
      return made
    },
    getTask: async (taskId, sessionId) => {
      if (!(await reachesTask(bindings, taskId))) return null
      const task = await ask(() => store.getTask(taskId, sessionId))
      // The store may have it for another session.
      if (task === null && (await ask(() => store.getTask(taskId))) === null) bindings.forget(taskId)
      return task
    },
    storeTaskResult: (...args) => ask(() => store.storeTaskResult(...args)),
    getTaskResult: async (taskId, sessionId) => {
      await unlessOwn(taskId)
      return resultOf(store, ask, taskId, sessionId)
    },
    updateTaskStatus: async (taskId, ...rest) => {
      await unlessOwn(taskId)
      return ask(() => store.updateTaskStatus(taskId, ...rest))
    },
    listTasks: async (cursor, sessionId) => {
      const message = currentMessage()
      if (message === undefined || message.handled !== null) return store.listTasks(cursor, sessionId)
      return listOwn(store, tasks, message, cursor, sessionId)
    },
  }
  keepers.add(own)
  return own
}

/** The result of a task. Stores throw where one that did not complete has none: that is no outage, and told without their text. */
async function resultOf(store: TaskStore, ask: AskHost, taskId: string, sessionId?: string): Promise<object> {
  const task = await ask(() => store.getTask(taskId, sessionId))
  const read = (): Promise<object> => store.getTaskResult(taskId, sessionId)
  if (task?.status !== 'cancelled' && task?.status !== 'failed') return ask(read)
  return read().catch(() => {
    throw new Error(`Task ${taskId} has no result`)
  })
}

/** A page of the sender's tasks. A page of the store's own would tell how many there are of others. */
async function listOwn(
  store: TaskStore,
  { bindings, ask }: OwnTasks,
  { registry, caller: sender }: CurrentMessage,
  cursor: string | undefined,
  sessionId: string | undefined,
): ReturnType<TaskStore['listTasks']> {
  const caller = await sender()
  const own = caller === null ? [] : bindings.ofOwner(bindingOf(caller))
  const after = cursor === undefined ? -1 : own.indexOf(cursor)
  if (cursor !== undefined && after === -1) throw new Error(`Invalid cursor: ${cursor}`)
  const page = own.slice(after + 1, after + 1 + pageSize)
  const tasks: object[] = []
  for (const taskId of page) {
    const task = bindings.find(taskId)
    if (task === undefined || !(await isTaskOf(task, caller, registry))) continue
    const found = await ask(() => store.getTask(taskId, sessionId))
    if (found !== null) tasks.push(found)
  }
  const last = page.at(-1)
  return own.length > after + 1 + pageSize && last !== undefined ? { tasks, nextCursor: last } : { tasks }
}

/**
 * The queue of messages about tasks, of which a client gets those about its own.
 *
 * @throws {@link InvalidOptions} when `queue` lacks a method.
 */
export function ownTaskQueue(queue: TaskMessageQueue, { bindings, keepers, ask }: OwnTasks): TaskMessageQueue {
  checkMethods('queue', queue, queueMethods)
  const own: TaskMessageQueue = {
    enqueue: async (taskId, ...rest) => {
      if (!(await reachesTask(bindings, taskId))) throw new Error(`Task with ID ${taskId} not found`)
      return ask(() => queue.enqueue(taskId, ...rest))
    },
    dequeue: async (taskId, sessionId) =>
      (await reachesTask(bindings, taskId)) ? ask(() => queue.dequeue(taskId, sessionId)) : undefined,
    dequeueAll: async (taskId, sessionId) =>
      (await reachesTask(bindings, taskId)) ? ask(() => queue.dequeueAll(taskId, sessionId)) : [],
  }
  keepers.add(own)
  return own
}

function checkMethods(name: string, given: unknown, methods: readonly string[]): void {
  if (!can(given, methods)) throw new InvalidOptions(name, `an object with the methods ${methods.join(', ')}`)
}

function can(given: unknown, methods: readonly string[]): given is object {
  return isRecord(given) && methods.every((method) => typeof given[method] === 'function')
}
