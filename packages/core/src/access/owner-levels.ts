import { InvalidOptions } from '../errors/index.js'
import { isRecord } from '../values/index.js'
import type { Authority, Levels } from './principal.js'

/** How a host tells the levels of an owner. */
export interface OwnerLevels {
  /**
   * The owner's level on a resource: a function, or levels by type and id. A level that the model does not have, `null`
   * and `undefined` are none. One request may call the function 100 times; lists need {@link OwnerLevels.levelsOf}.
   */
  readonly levels?:
    | ((type: string, id: string) => unknown)
    | Readonly<Record<string, Readonly<Record<string, string>>>>
    | undefined
  /**
   * In place of `levels`: the owner's levels on many resources of one type, by id, in one call. One request may ask about
   * 10000 resources in all.
   */
  readonly levelsOf?: ((type: string, ids: readonly string[]) => LevelsById | Promise<LevelsById>) | undefined
}

/** Levels by the ids of resources. What is left out is none. */
type LevelsById = Readonly<Record<string, unknown>>

/** The most calls of the host for levels, for one request. */
const maxCalls = 100
/** The most resources that these are about. */
const maxResources = 10_000

/**
 * Reads how the host tells levels, for one request. What it makes rejects where that request needs too many.
 *
 * @throws TypeError if it tells them in no such way.
 */
export function ownerLevels({ levels, levelsOf }: OwnerLevels): Authority['levelsOn'] {
  if (levels === undefined && levelsOf === undefined) return noLevels
  if (typeof levelsOf === 'function') {
    const spend = budget()
    return async (type, ids) => {
      spend(1, ids.length)
      const found = await levelsOf(type, ids)
      if (!isRecord(found)) throw new TypeError('levelsOf must answer an object with a level for each id')
      return byId(ids, (id) => ownProperty(found, id))
    }
  }
  if (typeof levels === 'function') {
    const spend = budget()
    return async (type, ids) => {
      spend(ids.length, ids.length)
      const found = await Promise.all(ids.map((id) => levels(type, id)))
      return new Map(ids.map((id, index) => [id, found[index]]))
    }
  }
  if (levelsOf !== undefined || (levels !== undefined && !isRecord(levels))) {
    throw new TypeError('resolveOwner must answer levels: a function or an object, or levelsOf: a function')
  }
  return (type, ids) => byId(ids, (id) => ownProperty(ownProperty(levels, type), id))
}

/** An owner of whom no levels are told has none. */
const noLevels: Authority['levelsOn'] = (_, ids) => byId(ids, () => undefined)

function byId(ids: readonly string[], levelOn: (id: string) => unknown): Levels {
  return new Map(ids.map((id) => [id, levelOn(id)]))
}

/** Counts what one request asks of the host. */
function budget(): (calls: number, resources: number) => void {
  let [calls, resources] = [0, 0]
  let fault: InvalidOptions | undefined
  return (moreCalls, moreResources) => {
    if (fault !== undefined) throw fault
    calls += moreCalls
    resources += moreResources
    if (calls <= maxCalls && resources <= maxResources) return
    const needs =
      calls > maxCalls ? `more than ${maxCalls} calls for levels` : `levels on more than ${maxResources} resources`
    const message = `A request needs ${needs}. Ask for a list with principal.levelsOn, and answer it with levelsOf.`
    fault = new InvalidOptions('resolveOwner', 'a function that answers with levelsOf', message)
    throw fault
  }
}

function ownProperty(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, name)) return undefined
  return (record as Record<string, unknown>)[name] // its own property, as was just asked
}
