import { isGuard } from './guards.js'
import { handlersOf, type Layer, pathsOf, type Route, restBehind, type Stack } from './layer.js'

/** Whether a request meets a guard. */
export interface Trial {
  readonly isGuarded: boolean
  /** Why that cannot be told. `null`: it can. */
  readonly doubt: string | null
}

export const guarded: Trial = { isGuarded: true, doubt: null }
export const open: Trial = { isGuarded: false, doubt: null }

export function doubtful(doubt: string): Trial {
  return { isGuarded: false, doubt }
}

/** A layer on the way of a request, in its router. */
export interface Step {
  readonly stack: Stack
  readonly index: number
}

/**
 * Goes the way of one request through the layers that lead to a route, as Express does.
 *
 * @param from - What it met before.
 * @returns `null` if it does not get there.
 */
export function tryWay(steps: readonly Step[], path: string, method: string, from: Trial): Trial | null {
  let trial = from
  let rest = path
  for (const { stack, index } of steps) {
    for (const layer of stack.slice(0, index)) trial = pass(trial, layer, rest, method)
    const layer = stack[index]
    if (layer === undefined) return null
    const behind = restBehind(layer, rest)
    if (behind === null) return null
    rest = behind
  }
  return trial
}

/** As {@link tryWay}, up to a last layer of which it cannot be told what it matches. */
export function tryWayUpTo(steps: readonly Step[], path: string, method: string, from: Trial): Trial | null {
  const last = steps.at(-1)
  const before = tryWay(steps.slice(0, -1), path, method, from)
  if (last === undefined || before === null) return before
  const rest = steps.slice(0, -1).reduce<string | null>((left, { stack, index }) => {
    const layer = stack[index]
    return left === null || layer === undefined ? null : restBehind(layer, left)
  }, path)
  if (rest === null) return null
  return last.stack.slice(0, last.index).reduce((trial, layer) => pass(trial, layer, rest, method), before)
}

/** The least that is sure of all requests. */
export function weakest(trials: readonly Trial[]): Trial {
  if (trials.length === 0) return doubtful('no request is known that gets there')
  const rest = trials.filter(({ isGuarded }) => !isGuarded)
  return rest.find(({ doubt }) => doubt === null) ?? rest[0] ?? guarded
}

/** What a request has met in the list of a route, when it comes to the last handler that is no guard. */
export function tryList(route: Route, method: string): Trial {
  const handlers = handlersOf(route, method)
  const last = handlers.findLastIndex(({ handle }) => !isGuard(handle))
  if (last === -1) return guarded // nothing there answers
  return handlers.slice(0, last).reduce((trial, { handle }) => {
    if (isGuard(handle)) return guarded
    return handle.length === 4 ? behindErrors(trial) : trial
  }, open)
}

function pass(trial: Trial, layer: Layer, path: string, method: string): Trial {
  const { handle, route } = layer
  // The first in the list of a route alone: what stands before it may leave the route.
  const isOne = route === undefined ? isGuard(handle) : isGuard(handlersOf(route, method)[0]?.handle)
  const catchesErrors = route === undefined && handle.length === 4
  if (!(isOne || catchesErrors) || restBehind(layer, path) === null) return trial
  if (catchesErrors) return behindErrors(trial)
  if (trial.isGuarded || pathsOf(layer) !== null) return guarded
  return doubtful('the guard before it stands on a regular expression')
}

/** An error passes by every guard; a handler of errors that calls `next()` has it go on as a request. */
function behindErrors(trial: Trial): Trial {
  return trial.isGuarded ? doubtful('an error handler behind the guard may let through what has passed it by') : trial
}
