import type { ChangeOptions, ManageOptions } from '../input/index.js'
import type { RotationSchedule } from '../rotations/index.js'
import type { DueOptions, DueResult } from './due-result.js'
import type { Rotation } from './schedule-rotation.js'

/** What a keyring does by the clock, when the host's scheduler says so. */
export interface DueMethods {
  /**
   * Does what is due by now, for a job that runs every few minutes or once a day: it gives new tokens to
   * keys with a schedule, and tells of keys that expire soon and of keys that nobody uses, as the options `rotation` and `notices` say. A call may be killed anywhere, and may run beside others, in any number of processes:
   * each notice is told once, and the next call goes on.
   *
   * That a notice is told, and its event for webhooks, are one transaction. After that, `onNotice` is given it: at least once, and under
   * one id, since a process may end before it has written down that the function has returned. Where `onNotice` fails, the notice counts
   * as `failed`, and a later call gives it again. Where an organization fails, those behind it have their turn, and its error is thrown
   * at the end.
   *
   * A new token is given to `rotation.deliver` until that takes it: the same one each time. Meanwhile the old one works, and its grace
   * begins when the new one is delivered.
   *
   * @throws {@link InvalidOptions} when the keyring has neither `notices` nor `rotation`, or its store keeps none.
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable} when the store fails; and what `onProgress` throws.
   *
   * @example
   * ```ts
   * const { expiring, unused, failed } = await keyring.runDue()
   * if (failed > 0) alarm(`${failed} notices were not taken; they are given again`)
   * ```
   */
  runDue(options?: DueOptions): Promise<DueResult>

  /**
   * Gives a key a schedule: it gets a new token each `everyMs`, which `rotation.deliver` is given by {@link DueMethods.runDue}. `null`
   * ends that. The first one comes after `everyMs`. The change has a record in the audit log.
   *
   * @throws {@link InvalidOptions} when the keyring has no `rotation`, or its store keeps no schedules.
   * @throws {@link InvalidInput}, naming the field; {@link KeyNotFound}; {@link KeyChanged}; {@link ScopeExceedsActor}.
   * @throws {@link InvalidState} for a key that is revoked, and with `null` while a new token waits to be delivered.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * const days = 86_400_000
   * await keyring.scheduleRotation(key.id, { everyMs: 30 * days, graceMs: days }, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  scheduleRotation(id: string, schedule: RotationSchedule | null, options?: ChangeOptions): Promise<Rotation | null>

  /**
   * Gives the schedule of a key, and how far its rotation is; `null`: it has none, or there is no such key within the caller's reach.
   *
   * @throws {@link InvalidOptions} when the keyring has no `rotation`; {@link StoreUnavailable}.
   *
   * @example
   * ```ts
   * const rotation = await keyring.rotationOf(key.id)
   * if (rotation !== null && rotation.failures > 0) console.warn(`The new token waits since ${rotation.pendingSince}.`)
   * ```
   */
  rotationOf(id: string, options?: Pick<ManageOptions, 'within'>): Promise<Rotation | null>
}
