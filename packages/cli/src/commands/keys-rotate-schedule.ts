import type { Rotation } from '@keywright/core'
import { command, readDurationMs } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, confirmChange, exitCode, fields, usageFailure } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { confirmOption } from './change-key.js'
import { keyArgument, nameOf, readKey } from './open-key.js'

/** `keywright keys rotate-schedule` */
export const keysRotateSchedule = command({
  name: 'keys rotate-schedule',
  summary: 'Show how often a key gets a new token by itself; with --every, set it, and with --end, end it.',
  details:
    'keywright due makes the new tokens, and the configuration says where they go: none is shown.\nNeeds a configuration whose keyring has rotation.',
  takes: [keyArgument],
  options: {
    ...placeOptions,
    every: { type: 'text', value: 'time', summary: 'How long a token is the current one, such as 30d: 1h to 366d.' },
    grace: {
      type: 'text',
      value: 'time',
      summary:
        'How long the old token works once the new one was delivered, at most 7d. Default: 1d, or half of --every.',
    },
    end: { type: 'flag', summary: 'End the schedule. The token stays as it is.' },
    ...actorOption,
    ...confirmOption,
  },
  examples: [
    'keys rotate-schedule a1B2c3D4e5F6',
    'keys rotate-schedule a1B2c3D4e5F6 --every 30d --grace 1d --yes',
    'keys rotate-schedule a1B2c3D4e5F6 --end --yes',
  ],
  run: (given, io, [id = '']) => {
    const { every, grace, end } = given
    if (end && (every !== undefined || grace !== undefined))
      throw usageFailure('--end goes without --every and --grace.')
    if (every === undefined && grace !== undefined) throw usageFailure('--grace goes with --every.')
    const schedule = end ? null : scheduleOf(readDurationMs(every, 'every'), readDurationMs(grace, 'grace'))
    return withKeyring(
      io,
      given,
      async (opened) => {
        const { keyring } = opened
        const key = await readKey(opened, id)
        const before = await keyring.rotationOf(id)
        const show = async (rotation: Rotation | null): Promise<typeof exitCode.ok> => {
          if (given.json) await answerJson(io, { id, rotation })
          else await answer(io, rotation === null ? `Key ${id} has no schedule.` : describeRotation(rotation))
          return exitCode.ok
        }
        if (schedule === undefined) return show(before)
        const question =
          schedule === null
            ? 'End the rotations of key'
            : `Make a new token every ${every}, which the configuration delivers, for key`
        await confirmChange(io, `${question} ${nameOf(key)}?`, given.yes)
        const by = { actor: actorOf(given, opened), ifVersion: key.version }
        return show(await keyring.scheduleRotation(id, schedule, by))
      },
      { configFor: 'it says where new tokens go' },
    )
  },
})

const dayMs = 86_400_000

/** `undefined`: nothing is asked for but to be shown. */
function scheduleOf(everyMs: number | undefined, graceMs: number | undefined) {
  if (everyMs === undefined) return undefined
  return { everyMs, graceMs: graceMs ?? Math.min(dayMs, Math.floor(everyMs / 2)) }
}

function describeRotation({ everyMs, graceMs, nextAt, lastDeliveredAt, pendingSince, failures }: Rotation): string {
  return fields([
    ['every', inUnits(everyMs)],
    ['grace', inUnits(graceMs)],
    [pendingSince === null ? 'next' : 'next attempt', nextAt],
    ['last delivered', lastDeliveredAt ?? 'not yet'],
    ['waits since', pendingSince],
    ['failed attempts', pendingSince === null ? null : failures],
  ])
}

const units = [
  [dayMs, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const

/** A length of time as options have it: `30d`. */
function inUnits(ms: number): string {
  const [size, unit] = units.find(([of]) => ms % of === 0) ?? [1, 'ms']
  return `${ms / size}${unit}`
}
